"""How far a repetition would agree, from two halves that were drawn independently."""


def stepped_up(correlation: float | None, times: float = 2.0) -> float | None:
    """Return the reliability of ``times`` as many episodes as those whose repetition correlates
    like this (Spearman 1910, Brown 1910); a correlation of 0 or less is returned as it is."""
    if correlation is None or correlation <= 0:
        return correlation
    return times * correlation / (1 + (times - 1) * correlation)


def episodes_for(reliability: float | None, episodes: int, target: float) -> int | None:
    """Return the episodes of each task that would bring a reliability reached with ``episodes`` to
    ``target``, by the same formula; ``None`` where there is nothing to extrapolate from."""
    if reliability is None or not 0 < reliability < 1:
        return None
    factor = target * (1 - reliability) / (reliability * (1 - target))
    return max(1, round(episodes * factor))

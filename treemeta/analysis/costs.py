"""What an arm of a comparison takes: parameters, and multiply-adds to train and to answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What an arm takes: the parameters that it needs to answer, and multiply-adds to train it,
    probes, deals and refused trials included, and to answer an episode, routing included."""

    parameters: float
    training: float = 0.0
    answering: float = 0.0

    def times(self, other: "Cost") -> "Cost":
        """Return how many times as much as another it is."""
        return Cost(
            self.parameters / other.parameters,
            self.training / other.training,
            self.answering / other.answering,
        )


@dataclass(frozen=True)
class Compute:
    """What an arm takes, on average over repeats."""

    parameters: float
    training_episodes: float
    probe_seconds: float
    training_operations: float = 0.0
    answering_operations: float = 0.0

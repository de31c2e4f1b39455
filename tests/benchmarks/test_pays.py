from benchmarks.pays import EXPERIMENTS, SEEDS, TASK_SPLITS, repeats


def test_each_repeat_comes_once_and_early_ones_have_all_seeds_and_splits() -> None:
    done = list(repeats())
    assert len(set(done)) == len(done) == len(EXPERIMENTS) * SEEDS * TASK_SPLITS
    for count in (SEEDS, 2 * SEEDS):
        first = [one for one in done if one[0] == EXPERIMENTS[0]][:count]
        assert {split for _, split, _ in first} == set(range(TASK_SPLITS))
        assert {seed for *_, seed in first} == set(range(SEEDS))

import pytest

from tests.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "--seed=few"], "'few' is not a whole number"),
        (["train", "--meta-steps=1.5"], "'1.5' is not a whole number"),
        (["train", "--meta-batch-size=AUTO"], "'AUTO' is not a whole number"),
        (["train", "--level=x"], "'x' is not a number"),
        (["train", "--workers=0"], "0 is below 1, the least"),
        (["compare", "--seeds=0"], "0 is below 1, the least"),
        (["similarity", "--target-reliability=1"], "1 is above 0.9999, the most"),
        (["similarity", "--target-reliability=nan"], "'nan' is not a number"),
        (["similarity", "--max-episodes=3"], "3 is below 4, the least"),
        (["ui", "--port=65536"], "65536 is above 65535, the most"),
    ],
)
def test_a_refusal_names_the_option_the_value_and_the_way_out(
    treemeta: Run, arguments: list[str], said: str
) -> None:
    ended = treemeta(*arguments)
    assert ended.returncode == 2
    option = arguments[1].partition("=")[0]
    assert ended.stderr == f"treemeta: {option}: {said}\n"

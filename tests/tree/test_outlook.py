from dataclasses import asdict

from treemeta.tree.outlook import Outlook


def test_one_group_has_nothing_to_gain() -> None:
    alone = Outlook(300, 300, 4, 0.05, (("a", "b"),), (0.5,))
    told = asdict(alone)
    assert (told["conflicts"], told["layers"], told["forecast"]) == ((), {}, None)

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treemeta.errors import ConfigError, DataError
from treemeta.tasks.held_out import held_roles, settled
from treemeta.tasks.roles import hold_out

TASKS = {"hindi a", "hindi b", "[x]", "greek", "1.5", "new\nline", "caf\u00e9"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def held(text: str) -> set[str]:
    roles = held_roles(text, TASKS)
    assert roles.keys() == TASKS
    assert list(roles) == sorted(roles)
    return {task for task, role in roles.items() if role == "test"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hindi*", {"hindi a", "hindi b"}),
        ("greek", {"greek"}),
        ("[x]", {"[x]"}),  # a name before it is a pattern
        ("[[]x]", {"[x]"}),
        ("new*", {"new\nline"}),
        ("[1].5", {"1.5"}),
        ('["greek", "new\\nline"]', {"greek", "new\nline"}),
        ("0", set()),
        ("1.0", TASKS),
    ],
)
def test_patterns_names_and_shares(text: str, expected: set[str]) -> None:
    assert held(text) == expected


@pytest.mark.parametrize("share", ["0.3", ".5", "0.25"])
def test_a_share_is_drawn_as_ever(share: str) -> None:
    assert held_roles(share, TASKS) == hold_out(sorted(TASKS), float(share))


def test_a_pattern_may_begin_with_a_tilde() -> None:
    assert held_roles("~t*", ["~t1", "b"]) == {"b": "train", "~t1": "test"}


def test_a_file_names_one_a_line() -> None:
    Path("held.txt").write_text("\ufeffgreek \n\n caf\u00e9\n[x]\n", encoding="utf-8")
    assert held("held.txt") == {"greek", "caf\u00e9", "[x]"}


@pytest.mark.parametrize("text", ["hindi*", "greek", "0.4", "held.txt", '["greek"]'])
def test_what_is_settled_stays_whatever_becomes_of_files(text: str) -> None:
    Path("held.txt").write_text("greek\n1.5\n")
    before, kept = held_roles(text, TASKS), settled(text, TASKS)
    assert settled(kept, TASKS) == kept
    Path("held.txt").write_text("hindi a\n")
    Path("hindi*").write_text("greek\n")
    Path(kept.replace("/", "")).write_text("hindi a\n")
    assert held_roles(kept, TASKS) == before


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_any_names_are_settled(names: set[str]) -> None:
    kept = settled("*", names)
    roles = held_roles(kept, names | {"another\0"})
    assert {task for task, role in roles.items() if role == "test"} == names - {"another\0"} | (
        names & {"another\0"}
    )


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (
            "hindu*",
            DataError,
            r"--held-out 'hindu\*' is no file and matches none of '1.5', '\[x\]'",
        ),
        (
            "bad.txt",
            DataError,
            "--held-out names 'Greek', 'latin', and the tasks are '1.5', .* and 2",
        ),
        ('["latin"]', DataError, "--held-out names 'latin', and the tasks are"),
        ("empty.txt", ConfigError, "--held-out empty.txt names no task: write one a line"),
        ("bytes.txt", ConfigError, "--held-out 'bytes.txt' is no text in UTF-8: name another"),
        ("1.5", ConfigError, r"--held-out 1.5 is no share from 0 to 1: for a .* write \[1\].5"),
        (".", DataError, "--held-out '.' is no file and matches none"),
        ("a\0b", DataError, r"--held-out 'a\\x00b' is no file and matches none"),
    ],
)
def test_what_holds_nothing_out_is_refused(text: str, error: type[Exception], said: str) -> None:
    Path("bad.txt").write_text("latin\nGreek\ngreek\n")
    Path("empty.txt").write_text("\n \n")
    Path("bytes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(error, match=said):
        held_roles(text, TASKS)
    if "no share" not in said:
        with pytest.raises(error, match=said):
            settled(text, TASKS)

from pathlib import Path

import pytest

from tests.trees import sentence
from treemeta.errors import RegistryError
from treemeta.store.place import check_place, check_reach, folder_beside, is_foreign, local_path

RUN = "0123456789abcdef0123456789abcdef"


def test_files_lie_beside_the_database_whatever_it_is_called(tmp_path: Path) -> None:
    assert folder_beside(f"sqlite:///{tmp_path}/x.db") == tmp_path / "artifacts"
    (tmp_path / "link.db").symlink_to(tmp_path / "deep" / "x.db")
    assert folder_beside(f"sqlite:///{tmp_path}/link.db") == tmp_path / "deep" / "artifacts"
    assert folder_beside("http://host:5000") is None


def test_only_addresses_of_files_are_paths() -> None:
    assert local_path("file:///a%20b/c") == Path("/a b/c")
    for address in ("s3://bucket/x", "file://host/x", "mlflow-artifacts:/0/x", "", "./mlruns/0"):
        assert local_path(address) is None


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("file:///there/artifacts", True),
        (f"file:///there/artifacts/{RUN}/artifacts", True),
        (f"file:///there/artifacts/models/m-{RUN}/artifacts", True),
        (f"HERE/artifacts/models/m-{RUN}/artifacts", False),
        (f"file:///data/mlruns/0/models/m-{RUN}/artifacts", False),
        ("HERE/artifacts", False),
        (f"HERE/artifacts/{RUN}/artifacts", False),
        (f"HERE/./x/../artifacts/{RUN}/artifacts", False),
        ("file:///data/mlruns/0", False),  # an experiment's own, given by somebody
        (f"file:///data/mlruns/0/{RUN}/artifacts", False),
        (f"s3://bucket/artifacts/{RUN}/artifacts", False),
        ("", False),
    ],
)
def test_what_is_another_registry_s(tmp_path: Path, address: str, foreign: bool) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    address = address.replace("HERE", tmp_path.as_uri())
    assert is_foreign(uri, address) == foreign
    assert not is_foreign("http://host:5000", address)
    if not foreign:
        check_place(uri, address)
        return
    with pytest.raises(RegistryError) as caught:
        check_place(uri, address)
    said = sentence(caught)
    assert f"are still said to be at {local_path(address)}: run 'treemeta registry move" in said


def test_a_place_reached_by_two_names_is_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    address = (tmp_path / "link" / "artifacts").as_uri()
    assert not is_foreign(f"sqlite:///{tmp_path}/real/mlflow.db", address)


@pytest.mark.parametrize("address", ["http://x/y", "s3://b/c", "mlflow-artifacts:/0", "file://[x"])
def test_a_registry_in_a_file_has_no_other_machine_called(address: str) -> None:
    with pytest.raises(RegistryError) as caught:
        check_reach("sqlite:///x.db", address, "run 5")
    assert sentence(caught).startswith(f"run 5: its files are said to be at {address!r}")
    check_reach("http://server", address, "run 5")  # which hands them out itself


@pytest.mark.parametrize("address", ["file:///data/x", "/data/x", "./mlruns/0", ""])
def test_files_of_this_machine_are_read(address: str) -> None:
    check_reach("sqlite:///x.db", address, "run 5")

import os
import time

import pytest

from treemeta.errors import RegistryError, UnreachableError
from treemeta.tree import outage
from treemeta.tree.outage import waited_for
from treemeta.tree.stretch import Progress

ABOUT = Progress("r0", 5)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "PAUSE", 0.01)


def test_what_is_away_is_asked_again_until_it_answers() -> None:
    tries, heard = iter([UnreachableError("x"), UnreachableError("x"), None]), list[Progress]()

    def write() -> str:
        assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"
        if (error := next(tries)) is not None:
            raise error
        return "written"

    assert waited_for(write, 60, heard.append, ABOUT) == "written"
    assert [(event.node, event.step) for event in heard] == [("r0", 5)] * 2
    assert heard[0].away == 0
    assert heard[1].away is not None


@pytest.mark.parametrize("seconds", [0, 0.05])
def test_after_so_long_nobody_waits_on(seconds: float) -> None:
    tries = []

    def write() -> None:
        tries.append(1)
        raise UnreachableError("gone")

    with pytest.raises(UnreachableError, match="gone"):
        waited_for(write, seconds, lambda event: None, ABOUT)
    assert (len(tries) > 1) == (seconds > 0)


def test_a_refusal_is_not_waited_out() -> None:
    def write() -> None:
        raise RegistryError("no")

    with pytest.raises(RegistryError, match="no"):
        waited_for(write, 60, lambda event: pytest.fail("waited"), ABOUT)


def test_an_outage_is_told_however_long_its_first_try_took() -> None:
    tries, heard = iter([UnreachableError("x"), UnreachableError("x"), None]), list[Progress]()

    def write() -> None:
        time.sleep(5 * outage.PAUSE)
        if (error := next(tries)) is not None:
            raise error

    waited_for(write, 60, heard.append, ABOUT)
    assert [event.away == 0 for event in heard] == [True, False]

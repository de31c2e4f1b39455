import signal

import pytest

from tests.trees import sentence
from treemeta.engine.crew import died, start_crew
from treemeta.errors import MachineError


def test_a_crew_is_as_many_processes_and_interrupts_are_heard_again() -> None:
    heard = signal.getsignal(signal.SIGINT)
    crew = start_crew(2, None, None)
    assert signal.getsignal(signal.SIGINT) is heard
    assert len(crew) == len({one.pid for one in crew.values()}) == 2
    for pipe, process in crew.items():
        assert process.is_alive()
        process.kill()
        process.join()
        with pytest.raises(EOFError):
            pipe.recv()


def test_one_that_was_never_heard_may_be_a_script_s() -> None:
    with pytest.raises(MachineError, match="__main__") as caught:
        raise died(False)
    sentence(caught)
    assert "out of memory?" in str(died(True))

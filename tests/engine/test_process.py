import subprocess
import sys


def test_a_tuned_process_has_one_thread_for_products_and_keeps_its_memory() -> None:
    code = """
import numpy, resource, torch
from threadpoolctl import threadpool_info
from treemeta.engine.process import tune_process
tune_process()
assert torch.get_num_threads() == 1
assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
before = None
for round in range(6):
    held = [torch.ones(2_000_000) for _ in range(4)]  # 8 MB each
    del held
    if round == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    # Memory that went back to the system would come again page by page: 8,000 a round.
    assert int(ended.stdout) < 2000

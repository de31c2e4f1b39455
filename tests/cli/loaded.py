"""What a command has loaded by the time it ends."""

import subprocess
import sys


def loaded(arguments: list[str], heavy: set[str]) -> tuple[set[str], str]:
    """Run a command in a process of its own; return which of the modules it loaded, and what it
    printed. It must end well."""
    code = (
        "import sys\n"
        f"sys.argv = ['treemeta', *{arguments!r}]\n"
        "from treemeta.cli.main import run\n"
        "try:\n    run()\n"
        f"finally:\n    print('loaded', *({heavy!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    last = ended.stderr.splitlines()[-1].split()
    assert last[0] == "loaded"
    return set(last[1:]), ended.stdout

"""The program: ``treemeta``, or ``python -m treemeta``."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Import the program and run it; whoever interrupts the import gets one sentence too."""
    try:
        from treemeta.cli.main import run
    except KeyboardInterrupt:
        print("treemeta: interrupted", file=sys.stderr)
        sys.exit(130)
    except MemoryError:
        print("treemeta: there is no memory left to start in: free some", file=sys.stderr)
        sys.exit(6)
    run()


if __name__ == "__main__":
    main()

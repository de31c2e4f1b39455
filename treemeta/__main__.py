"""``python -m treemeta``."""

from treemeta.cli.main import run

if __name__ == "__main__":
    run()

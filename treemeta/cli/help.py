"""The help of a command with many options: in groups, each below a heading, with examples."""

from typing import Any

from typer.core import TyperCommand


class Grouped(TyperCommand):
    """A command whose options stand below their ``rich_help_panel``, in the order in which these
    come first.

    Typer's own panels are tables, which cut long names and values on a terminal of 80 columns.
    """

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the groups of options."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in sorted(self.get_params(ctx), key=lambda one: one.param_type_name):
            usual = f"{one.param_type_name.capitalize()}s"
            heading = getattr(one, "rich_help_panel", None) or usual
            if record := one.get_help_record(ctx):
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def examples(*lines: str) -> str:
    """Return what stands below a help: commands as they are typed, a line each."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))

"""The source of a class, where it stands in a file and where it was typed."""

import ast
import inspect
import linecache


def source_of(kind: type) -> str:
    """Return the source of a class; raise ``OSError`` where nobody has kept it."""
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError) as error:
        if (typed := _typed(kind)) is None:
            raise OSError(f"the source of {kind.__qualname__} is not kept") from error
        return typed


def _typed(kind: type) -> str | None:
    """Return what was typed of a class into a notebook or a prompt: these keep for each of its
    functions the lines that it came with."""
    for function in filter(inspect.isfunction, vars(kind).values()):
        lines = linecache.getlines(function.__code__.co_filename)
        try:
            nodes = [*ast.walk(ast.parse("".join(lines)))]
        except SyntaxError:
            continue
        for node in nodes:
            if isinstance(node, ast.ClassDef) and node.name == kind.__name__:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                last = node.end_lineno or node.lineno
                if first <= function.__code__.co_firstlineno <= last:
                    return "".join(lines[first - 1 : last])
    return None

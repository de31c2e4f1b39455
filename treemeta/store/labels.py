"""What people call their trees: names by which they are found, and tags, none of which
treemeta reads."""

from treemeta.errors import ConfigError
from treemeta.store.registry import Registry
from treemeta.store.runs import tree_runs

TAKEN = ("treemeta.", "mlflow.")  # what the keys begin with that these two use


def rename_tree(registry: Registry, tree: str, name: str) -> None:
    """Give the run of a tree another name; raises ``ConfigError`` for an empty one, and for what
    already means a tree: ``latest``, and the name of another."""
    if not name.strip():
        raise ConfigError(f"NAME is {name!r}: give it letters")
    if name == "latest":
        raise ConfigError("NAME is 'latest', which is always the tree trained last: choose another")
    for run in tree_runs(registry):
        if run.info.run_name == name and run.info.run_id != tree:
            raise ConfigError(
                f"NAME is {name!r}, and so is tree {run.info.run_id[:8]} called: choose another"
            )
    registry.client.update_run(tree, name=name)


def parse_tag(text: str) -> tuple[str, str]:
    """Return the key and the value of ``KEY=VALUE``; raises ``ConfigError`` where it is not that,
    or where the key is one that treemeta or MLflow uses."""
    key, equals, value = text.partition("=")
    if not (equals and key.strip()):
        raise ConfigError(f"tag {text!r} is no KEY=VALUE: write it as in owner=ada")
    if key.lower().startswith(TAKEN):
        raise ConfigError(
            f"tag {key!r} begins with {' or '.join(TAKEN)}, which treemeta and MLflow use: choose "
            "another key"
        )
    return key, value


def tag_tree(registry: Registry, tree: str, key: str, value: str) -> None:
    """Set a tag of the run of a tree."""
    registry.client.set_tag(tree, key, value)

"""What MLflow is told of who serves a model."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from treemeta.store.models import FILES

Serve = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def serve(load: Callable[[Path, Path], Serve]) -> None:
    """Tell MLflow what serves a model, from the file of code that it runs: ``load`` is given the
    paths of the parameters and of the config."""
    from mlflow.models import set_model
    from mlflow.pyfunc.model import PythonModel

    class Served(PythonModel):
        # MLflow misses type hints otherwise, which would say less than the signature does.
        _skip_type_hint_validation = True

        def load_context(self, context: Any) -> None:
            self.serve = load(*(Path(context.artifacts[key]) for key in FILES))

        def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
            return self.serve(model_input)

    set_model(Served())

"""What MLflow runs to load a registered model: a copy of this file lies beside its parameters."""

from treemeta.store.serving import serve
from treemeta.tree.served import load

serve(load)

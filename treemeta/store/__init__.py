"""The registry: nodes as MLflow runs, and trees rebuilt from them. Knows nothing of learning."""

"""Model trees: directions, similarity, splits, growth, routing."""

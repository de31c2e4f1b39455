"""Model trees: directions, proposals, judges, the gate, growth, routes."""

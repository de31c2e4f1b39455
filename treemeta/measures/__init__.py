"""How alike tasks are, by eight measures with one interface, each in a file of its own name."""

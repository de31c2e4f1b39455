"""How alike tasks are, by seven measures with one interface, each in a file of its own name."""

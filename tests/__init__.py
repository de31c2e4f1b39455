"""A package by name, so that no other package that is installed as ``tests`` stands before it."""

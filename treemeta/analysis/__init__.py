"""Statistics over stored trees: what arms of an experiment gain over each other."""

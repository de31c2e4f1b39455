"""Where tasks come from: Omniglot, synthetic glyphs, folders of images; and the episodes drawn."""

"""Few-shot learning: learners behind one seam, networks as pure functions, the ridge head."""

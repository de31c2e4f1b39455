"""Few-shot learning: networks as pure functions, adaptation, Reptile, evaluation."""

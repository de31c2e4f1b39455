"""Answers over stored trees: agreement, comparison of arms, gains, consensus, with intervals."""

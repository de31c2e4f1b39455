"""What a grown tree tells, as text, files and figures. Never loads torch."""

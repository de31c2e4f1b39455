"""Shows answers, as text, files, figures and pages. Never loads torch."""

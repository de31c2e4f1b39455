"""Which of my tasks are alike, and should they share a model?"""

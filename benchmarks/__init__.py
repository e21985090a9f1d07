"""Figures, not tests: how fast, how large, how fresh."""

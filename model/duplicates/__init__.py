"""Duplicate detection: signals, scorer, index and incidents."""

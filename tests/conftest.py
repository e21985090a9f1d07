"""Fixtures that every folder of tests may use."""

from tests.stack import stack

__all__ = ["stack"]

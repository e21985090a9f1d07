"""Figures and aims as lines of a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    reached: str
    aim: str
    is_reached: bool

    def __str__(self) -> str:
        return f"| {self.what} | {self.reached} | {self.aim} | {'yes' if self.is_reached else 'no'} |"

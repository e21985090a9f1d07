"""Places where a worker may die. In service they do nothing; a test replaces `reached` to stop right there."""


def reached(point: str) -> None:
    """Marks that the named point was reached."""

"""What the service says to people: an English sentence that knows its code and what was put into it.

As text it is the sentence. Beside the text goes `spoken`, by which a page says the same in another language.
"""

from typing import Any


class Sentence(str):
    """English text with a stable `code` and the `parts` that were put into it."""

    __slots__ = ("code", "parts")
    code: str
    parts: dict[str, Any]


def say(code: str, english: str, /, **parts: Any) -> Sentence:
    """Returns the sentence, `english.format(**parts)`. Parts are raw: figures are written by whoever shows them."""
    return told(code, english.format(**parts) if parts else english, **parts)


def told(code: str, text: str, /, **parts: Any) -> Sentence:
    """Returns a text that somebody else has made, such as the framework, as a sentence."""
    said = Sentence(text)
    said.code, said.parts = code, parts
    return said


def spoken(text: str | None) -> dict[str, Any] | None:
    """Returns {"code", "with"} of a sentence, as it goes out beside the text; None for any other text."""
    if not isinstance(text, Sentence):
        return None
    return {"code": text.code, "with": {name: _short(part) for name, part in text.parts.items()}}


def beside(text: str) -> dict[str, Any]:
    """Returns {"said": …} for a sentence, nothing for any other text: what is stored has it only where it is known."""
    said = spoken(text)
    return {"said": said} if said else {}


def _short(part: Any) -> Any:
    """A part as it goes out; a sentence inside another one as it goes out itself."""
    if isinstance(part, Sentence):
        return spoken(part)
    return round(part, 4) if isinstance(part, float) else part

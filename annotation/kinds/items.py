"""What an item may show: a text, an image, or two texts to compare. Shared by the kinds."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from annotation.errors import InvalidValue
from annotation.sentences import say, told
from modeling.image_files import NotAnImage, check_image

MAX_TEXT = 100_000
MAX_IMAGE = 2_000


class Shown(NamedTuple):
    """Which part of an item's data people are shown, and its length in code points."""

    part: str
    length: int


def checked_text(text: Any, field: str, *, longest: int = MAX_TEXT) -> int:
    """Returns the length in code points of a text that is not blank; raises InvalidValue naming the field."""
    if not isinstance(text, str):
        raise wrong(field, say("text.expected", "A text is expected."))
    refuse_unstorable(text, field)
    if not text.strip():
        raise wrong(field, say("text.empty", "The text is empty."))
    if len(text) > longest:
        english = "The text has {n:,} characters; at most {most:,} are taken."
        raise wrong(field, say("text.too_long", english, n=len(text), most=longest))
    return len(text)


def refuse_unstorable(text: str, field: str) -> None:
    """Raises InvalidValue for characters that PostgreSQL or UTF-8 cannot hold; nothing is stored silently changed."""
    if "\0" in text:
        raise wrong(field, say("text.nul", "A NUL character cannot be stored."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise wrong(field, say("text.not_unicode", "Not valid Unicode at character {n}.", n=error.start + 1)) from error


def text_item(data: Mapping[str, Any]) -> Shown:
    """{"text": "…"}"""
    if not isinstance(data.get("text"), str):
        raise wrong("data.text", say("item.needs_text", 'An item needs {"data": {"text": "…"}}.'))
    return Shown("text", checked_text(data["text"], "data.text"))


def image_item(data: Mapping[str, Any]) -> Shown:
    """{"image": "data:image/png;base64,…"}, checked by its content, or an image named by a text; its length is 0."""
    if not isinstance(data.get("image"), str):
        raise wrong("data.image", say("item.needs_image", 'An item needs {"data": {"image": "…"}}.'))
    if data["image"].startswith("data:"):
        try:
            check_image(data["image"])
        except NotAnImage as error:
            raise wrong("data.image", told(error.code, str(error), **error.parts)) from error
    else:
        checked_text(data["image"], "data.image", longest=MAX_IMAGE)
    return Shown("image", 0)


def pair_item(data: Mapping[str, Any]) -> Shown:
    """{"texts": ["…", "…"]}; the length is of both together."""
    texts = data.get("texts")
    if not isinstance(texts, list) or len(texts) != 2:
        english = 'An item needs {"data": {"texts": ["…", "…"]}}, two texts to compare.'
        raise wrong("data.texts", say("item.needs_two_texts", english))
    return Shown("texts", sum(checked_text(text, f"data.texts.{place}") for place, text in enumerate(texts)))


def text_or_image_item(data: Mapping[str, Any]) -> Shown:
    return image_item(data) if "image" in data and "text" not in data else text_item(data)


def any_item(data: Mapping[str, Any]) -> Shown:
    return pair_item(data) if "texts" in data and "text" not in data else text_or_image_item(data)


def wrong(field: str, message: str) -> InvalidValue:
    return InvalidValue(message, fields={field: message})

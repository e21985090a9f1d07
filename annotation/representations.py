"""The ways in which a project's items become vectors, by the name that its setting `representation` takes."""

from django.conf import settings

from annotation.sentences import say

POOL = "pool"
TFIDF = "tfidf"
IMAGE = "image"
EXTERNAL = "external"
ENCODER = "encoder:"
AVAILABLE = (POOL, TFIDF, IMAGE, EXTERNAL)
# Those that are learned from the project's own texts.
OF_OWN_TEXTS = (POOL, TFIDF)
LONGEST = 200
FIELD = "settings.representation"


def representation_refusal(name: object, *, by_operator: bool) -> dict[str, str]:
    """Returns what is wrong with the setting, by its field; nothing when it can be used.

    An encoder is a folder of the server or a download, so it is for operators of the instance to name, or to allow.
    """
    if name in AVAILABLE:
        return {}
    source = name.removeprefix(ENCODER) if isinstance(name, str) and name.startswith(ENCODER) else ""
    if not source.strip() or not source.isprintable() or len(source) > LONGEST - len(ENCODER):
        english = "must be one of {names}, or {encoder} with a folder or a hub's name"
        return {FIELD: say("setting.representation", english, names=", ".join(AVAILABLE), encoder=ENCODER)}
    if by_operator or source in settings.ENCODERS:
        return {}
    english = "an encoder is set by an administrator of the instance, or allowed by QUERENT_ENCODERS"
    return {FIELD: say("setting.encoder", english)}


def unread_refusal(name: str, *, has_texts: bool, has_images: bool) -> dict[str, str]:
    """Returns that the representation reads nothing of what the items show, by its field; nothing without items."""
    if name == IMAGE and has_texts and not has_images:
        return {FIELD: say("setting.reads_images", "reads images only; what this project shows are texts")}
    if name not in (IMAGE, EXTERNAL) and has_images and not has_texts:
        return {FIELD: say("setting.reads_texts", "reads texts only; what this project shows are images")}
    return {}

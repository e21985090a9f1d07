"""Words of the pages about logging in: {% say "English" left=3 %} and {% language %}."""

from typing import Any

from django import template

from annotation.login.words import in_words, language_of

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: dict[str, Any], english: object, **parts: object) -> str:
    return in_words(str(english), language(context), **parts)


@register.simple_tag(takes_context=True)
def language(context: dict[str, Any]) -> str:
    """Asked for once a page."""
    request = context["request"]
    if not hasattr(request, "spoken_language"):
        request.spoken_language = language_of(request)
    return str(request.spoken_language)

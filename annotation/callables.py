"""Code that a project names in its settings: strategies of ours, and callables that an operator has allowed.

Nothing is imported unless its exact path stands in `QUERENT_ALLOWED_CALLABLES`, a list that no request can change.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from annotation.kinds import LINEAR, Learner, kind_of
from annotation.models import MULTILABEL_STRATEGIES, Strategy
from annotation.sentences import say


class NotAllowed(Exception):
    """A path that is not, or no longer, allowed, or that cannot be imported here."""


def is_allowed(path: Any) -> bool:
    return isinstance(path, str) and path in settings.QUERENT_ALLOWED_CALLABLES


def allowed_callable(path: str) -> Callable[..., Any]:
    """Returns what the path names; raises NotAllowed when it may not be used or is not there."""
    if not is_allowed(path):
        raise NotAllowed(f"{path} is not in QUERENT_ALLOWED_CALLABLES")
    try:
        found = import_string(path)
    except ImportError as error:
        raise NotAllowed(f"{path} cannot be imported: {error}") from error
    if not callable(found):
        raise NotAllowed(f"{path} is not callable")
    return found  # type: ignore[no-any-return]  # callable() narrows to something without a type


def strategies_of(kind: str) -> list[str]:
    """Returns the names that a project of this kind may use."""
    learner = kind_of(kind).learner
    own = MULTILABEL_STRATEGIES if learner is Learner.SIGMOID else set(Strategy) - MULTILABEL_STRATEGIES
    usable = {Strategy.TEAM, Strategy.RANDOM, *(own if learner in LINEAR else ())}
    return [name for name in Strategy.values if name in usable]


def strategy_refusal(given: Any, kind: str) -> str | None:
    """Returns why this cannot be the strategy of a project of this kind, None when it can."""
    names = strategies_of(kind)
    if isinstance(given, str) and (given in names or (is_allowed(given) and kind_of(kind).learner in LINEAR)):
        return None
    if isinstance(given, str) and "." in given:
        english = "an operator has to allow this callable first (QUERENT_ALLOWED_CALLABLES)"
        return say("setting.not_allowed", english)
    english = "must be one of {names}, or a callable that the operator has allowed"
    return say("setting.strategy", english, names=", ".join(names))

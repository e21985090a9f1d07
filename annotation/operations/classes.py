"""The classes of a project: what they may look like, and what becomes of answers when they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds import Kind
from annotation.models import Project
from annotation.sentences import say, told

MAX_CLASSES = 300
KEYS = "1234567890"
COLORS = 12
PARTS = {"name", "key", "color", "description", "was"}

Class = dict[str, Any]


@dataclass(frozen=True)
class Changed:
    """New classes, and what the old names mean from now on: another name, or None where the class is gone."""

    classes: list[Class]
    names: dict[str, str | None]


def checked_classes(given: Any, question: Kind) -> list[Class]:
    """Returns the classes in full form, with keys and colours filled in. Raises InvalidValue naming the place."""
    return [{part: one[part] for part in one if part != "was"} for one in _checked(given, question)]


def changed_classes(project: Project, given: Any) -> Changed:
    """Returns what a list of classes changes: `was` names the class that one was, without it the one of its name.

    Old classes that none of them was are gone; a name whose class goes by another one now starts anew. Raises
    InvalidValue naming the place.
    """
    checked = _checked(_as_before(project, given), project.question)
    old, renamed = project.class_names, dict[str, str]()
    unnamed = [one["name"] for one in checked if "was" not in one]
    for place, one in enumerate(checked):
        was = one.pop("was", None)
        if was is None:
            continue
        if was not in old or was in renamed:
            gone = say("classes.none_to_rename", "There is no such class to rename.")
            message = gone if was not in old else say("classes.renamed_twice", "Another class was that one already.")
            raise InvalidValue(message, fields={f"classes.{place}.was": message})
        renamed[was] = one["name"]
    kept = {name: name for name in unnamed if name in old and name not in renamed} | renamed
    return Changed(checked, {name: kept.get(name) for name in old if kept.get(name) != name})


def merged_classes(project: Project, names: Any, into: Any) -> Changed:
    """Returns the classes without `names`, whose answers mean `into` from now on; one that was merged into it already
    stays so. Raises InvalidValue."""
    if not isinstance(names, list) or not names:
        message = say("classes.which", "Say which classes are merged.")
        raise InvalidValue(message, fields={"classes": "a list of names"})
    for place, name in enumerate(names):
        if name not in project.class_names and not _was_merged(project, name, into):
            message = say("classes.no_such", "There is no class {name}.", name=name)
            raise InvalidValue(message, fields={f"classes.{place}": "not a class of this project"})
    if into not in project.class_names:
        message = say("classes.no_such", "There is no class {name}.", name=into)
        raise InvalidValue(message, fields={"into": "not a class of this project"})
    gone = set(names) & set(project.class_names) - {into}
    kept = [one for one in project.classes if one["name"] not in gone]
    return Changed(checked_classes(kept, project.question), dict.fromkeys(gone, into))


def _was_merged(project: Project, name: Any, into: str) -> bool:
    steps = [step["names"] for step in project.class_history]
    return isinstance(name, str) and any(name in step and step[name] == into for step in steps)


def apply_classes(project: Project, changed: Changed) -> dict[str, Any]:
    """Returns the fields of the project that the change sets: none when it changes nothing."""
    if changed.classes == project.classes and not changed.names:
        return {}
    version = project.schema_version + 1
    step = [{"version": version, "names": changed.names}] if changed.names else []
    return {
        "classes": changed.classes,
        "schema_version": version,
        "class_history": [*project.class_history, *step],
    }


def _as_before(project: Project, given: Any) -> Any:
    """Returns the list with what it leaves out filled in: a class keeps its key, colour and description."""
    if not isinstance(given, list) or not all(isinstance(one, str | dict) for one in given):
        return given
    entries = [{"name": one} if isinstance(one, str) else one for one in given]
    before = {one["name"]: {part: one[part] for part in ("key", "color", "description")} for one in project.classes}
    taken = [one.get("key") for one in entries]
    moved = [one.get("was") for one in entries]
    for one in before.values():
        one["key"] = "" if one["key"] in taken else one["key"]
    return [
        before.pop(str(one.get("was", None if one.get("name") in moved else one.get("name"))), {}) | one
        for one in entries
    ]


def _checked(given: Any, question: Kind) -> list[Class]:
    if not isinstance(given, list | tuple) or len(given) > MAX_CLASSES:
        message = say("classes.at_most", "A list of at most {n} classes is expected.", n=MAX_CLASSES)
        raise InvalidValue(message, fields={"classes": message})
    given = given or question.checked_classes(())
    classes = [_class(one, place) for place, one in enumerate(given)]
    names, keys = [one["name"] for one in classes], [one["key"] for one in classes if one["key"]]
    _refuse_twice(names, "name")
    _refuse_twice(keys, "key")
    question.checked_classes(names)
    free = [key for key in KEYS if key not in keys]
    for one in classes:
        one["key"] = one["key"] or (free.pop(0) if free else "")
    return classes


def _refuse_twice(values: Sequence[str], what: str) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        code = {"name": "classes.same_name", "key": "classes.same_key"}[what]
        message = say(code, f"Two classes have the same {what}: {{which}}.", which=twice[0])
        raise InvalidValue(message, fields={"classes": told(code, f"{what} {twice[0]} twice", which=twice[0])})


def _class(given: Any, place: int) -> Class:
    where = f"classes.{place}"
    one: Mapping[str, Any] = {"name": given} if isinstance(given, str) else given
    if not isinstance(one, dict) or set(one) - PARTS:
        raise InvalidValue("A class is a name or {name, key, color, description}.", fields={where: "wrong shape"})
    key = one.get("key") or ""
    if not isinstance(key, str) or len(key) > 1:
        message = say("classes.key", "The key of a class is one character.")
        raise InvalidValue(message, fields={f"{where}.key": told(message.code, "must be one character")})
    color = one.get("color") or place % COLORS + 1
    if isinstance(color, bool) or not isinstance(color, int) or not 1 <= color <= COLORS:
        raise InvalidValue("The colour of a class is a number from 1 to 12.", fields={f"{where}.color": "1 to 12"})
    name = checked_text(one.get("name"), f"{where}.name", 100).strip()
    if not name:
        message = say("classes.name", "A class needs a name.")
        raise InvalidValue(message, fields={f"{where}.name": told(message.code, "empty")})
    found = {"name": name, "key": key, "color": color}
    found["description"] = checked_text(one.get("description") or "", where, 2000)
    return found | ({"was": checked_text(one["was"], f"{where}.was", 100)} if one.get("was") is not None else {})


def checked_text(value: Any, where: str, longest: int = 200) -> str:
    """Returns the text; raises InvalidValue for anything else and for one that is too long."""
    if not isinstance(value, str) or len(value) > longest:
        english = "{where} must be a text of at most {n} characters."
        message = say("text.at_most", english, where=where, n=longest)
        raise InvalidValue(message, fields={where: told(message.code, "not such a text", **message.parts)})
    return value

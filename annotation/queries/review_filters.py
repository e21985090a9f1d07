"""What a reviewer may ask for: conditions on the items that wait, within a statement."""

from typing import Any

from annotation.models import Flag, Project
from annotation.queries.beliefs import Beliefs
from annotation.queries.renames import CLASS_TODAY, NAMES, names_today, renamed

DISAGREEMENT = "disagreement"
KINDS = (DISAGREEMENT, *Flag.Kind.values)
# What an item itself waits for; other kinds are about people and classes.
OWN_KINDS = (DISAGREEMENT, Flag.Kind.LABEL_SUSPECT)
PERSON_KINDS = tuple(kind for kind in KINDS if kind not in (*OWN_KINDS, Flag.Kind.CONFUSED_PAIR))

# {first} and {second} are classes. Answers that name one class are read by the shorter way.
SAYS_ONE = f"""{{first}} IN (
    SELECT {CLASS_TODAY} FROM annotation_annotation one WHERE one.item_id = waiting.item_id)"""  # noqa: S608 - constants
APART_ONE = f"({SAYS_ONE} AND {SAYS_ONE.replace('{first}', '{second}')})"
SAYS = f"""EXISTS (
    SELECT 1 FROM annotation_annotation one
    WHERE one.item_id = waiting.item_id AND {{first}} = ANY({names_today("one.value", "one.schema_version")}))"""  # noqa: S608 - constants
ONLY = f"""EXISTS (
    SELECT 1 FROM annotation_annotation one CROSS JOIN LATERAL (
        SELECT {names_today("one.value", "one.schema_version")} AS classes OFFSET 0) named
    WHERE one.item_id = waiting.item_id AND {{first}} = ANY(named.classes) AND NOT {{second}} = ANY(named.classes))"""  # noqa: S608 - constants
APART = f"({ONLY} AND {ONLY.replace('{first}', '{x}').replace('{second}', '{first}').replace('{x}', '{second}')})"
BELIEVED = names_today("waiting.value", "%(believed_in)s")
FILTERS = {
    "class": f"(%(class)s = ANY({BELIEVED}) OR {{says}})",
    "annotator": """EXISTS (
        SELECT 1 FROM annotation_annotation one JOIN auth_user person ON person.id = one.annotator_id
        WHERE one.item_id = waiting.item_id AND person.username = %(annotator)s)""",
    "pair": "{apart}",
    "kind": "waiting.kind = %(kind)s",
    "person_kind": """EXISTS (
        SELECT 1 FROM annotation_annotation one JOIN annotation_flag person ON person.annotator_id = one.annotator_id
        WHERE one.item_id = waiting.item_id AND person.project_id = %(project)s AND person.status = 'open'
          AND person.kind = %(kind)s)""",
    "pair_kind": """EXISTS (
        SELECT 1 FROM annotation_flag pair
        WHERE pair.project_id = %(project)s AND pair.status = 'open' AND pair.kind = 'confused_pair'
          AND {apart})""",
}
# Which classes the filters' {says} and {apart} look for.
LOOKED_FOR = {
    "class": ("%(class)s", ""),
    "pair": ("%(first)s", "%(second)s"),
    "pair_kind": ("(pair.evidence->'classes'->>0)", "(pair.evidence->'classes'->>1)"),
}
# Where somebody's label is doubted, not everybody agrees with the consensus: that spares looking at the answers.
AGREEING = f"""
    flag_id IS NULL AND n_votes > 1 AND NOT EXISTS (
        SELECT 1 FROM annotation_annotation one
        WHERE one.item_id = waiting.item_id
          AND CASE WHEN one.value ? 'class' THEN {CLASS_TODAY} IS DISTINCT FROM waiting.value->>'class'
                   WHEN one.value ? 'classes'
                   THEN {names_today("one.value", "one.schema_version")} <> {BELIEVED}
                   ELSE NOT (one.value @> waiting.value AND one.value <@ waiting.value) END)
"""  # noqa: S608 - constants


def names_classes(project: Project) -> bool:
    """Whether the project's answers name classes, so that one can ask for those of a class or a pair."""
    return project.kind in NAMES


def names_in(beliefs: Beliefs) -> dict[str, Any]:
    """Returns the parameters that tell how the project's answers and its consensus name classes."""
    project = beliefs.project
    return {
        "project": project.pk,
        "renamed": renamed(project),
        "names": NAMES.get(project.kind, NAMES["choice"]),
        "believed_in": beliefs.schema_version,
    }


def conditions(
    project: Project, wanted: dict[str, str], pair: tuple[str, str] | None
) -> tuple[list[str], dict[str, Any]]:
    """Returns what a row of `waiting` must fulfil, and the parameters of that."""
    parameters: dict[str, Any] = dict(wanted)
    chosen: list[str] = [name for name in ("class", "annotator") if name in wanted]
    if pair is not None:
        chosen.append("pair")
        parameters["first"], parameters["second"] = pair
    if (kind := wanted.get("kind")) is not None:
        chosen.append(
            "kind" if kind in OWN_KINDS else "pair_kind" if kind == Flag.Kind.CONFUSED_PAIR else "person_kind"
        )
    says, apart = (SAYS_ONE, APART_ONE) if project.kind == "choice" else (SAYS, APART)
    return [_looking(name, says, apart) for name in chosen], parameters


def _looking(name: str, says: str, apart: str) -> str:
    """The filter, with the classes that it looks for put in."""
    first, second = LOOKED_FOR.get(name, ("", ""))
    found = FILTERS[name].replace("{says}", says).replace("{apart}", apart)
    return found.replace("{first}", first).replace("{second}", second)

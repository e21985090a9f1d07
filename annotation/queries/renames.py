"""Answers in the classes of today, within a statement: `CLASS_TODAY` reads them, `renamed` gives the parameter."""

import json

from annotation.kinds.history import names_by_version
from annotation.models import Project

# The class that annotation `one` names; NULL for one that is gone, and for kinds whose answers name no one class.
CLASS_TODAY = """(
    CASE WHEN %(renamed)s::jsonb->(one.schema_version::text) ? (one.value->>'class')
         THEN %(renamed)s::jsonb->(one.schema_version::text)->>(one.value->>'class')
         ELSE one.value->>'class' END)"""

# Whether the known answer `one` names a class that is gone: nobody can give it any more.
CLASS_GONE = """(
    %(renamed)s::jsonb->(one.schema_version::text)->coalesce(one.value->>'class', one.value->>'rating')
        = 'null'::jsonb)"""

# Where each kind's answers name classes, as a JSON path; kinds that are left out name none.
NAMES = {
    "choice": "$.class",
    "multichoice": "$.classes[*]",
    "rating": "$.rating",
    "spans": "$.spans[*].class",
    "boxes": "$.boxes[*].class",
}


def names_today(value: str, schema_version: str) -> str:
    """Returns the array of the classes that an answer names, each once and in one order; those that are gone are not.

    Takes the statement's names for the answer and its schema, and parameters as `renamed` gives them, and one of NAMES
    as %(names)s.
    """
    return f"""ARRAY(
        SELECT DISTINCT today.name FROM jsonb_path_query({value}, %(names)s::jsonpath) said
        CROSS JOIN LATERAL (
            SELECT CASE WHEN %(renamed)s::jsonb->({schema_version}::text) ? (said #>> '{{}}')
                        THEN %(renamed)s::jsonb->({schema_version}::text)->>(said #>> '{{}}')
                        ELSE said #>> '{{}}' END AS name) today
        WHERE today.name IS NOT NULL ORDER BY 1)"""  # noqa: S608 - names within the statement


def renamed(project: Project) -> str:
    """Returns the JSON that CLASS_TODAY and CLASS_GONE take as %(renamed)s."""
    return json.dumps(names_by_version(project.class_history))

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


def renamed(project: Project) -> str:
    """Returns the JSON that CLASS_TODAY and CLASS_GONE take as %(renamed)s."""
    return json.dumps(names_by_version(project.class_history))

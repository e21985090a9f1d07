"""Answers in the classes of today, within a statement: `CLASS_TODAY` reads them, `renamed` gives its parameter."""

import json

from annotation.kinds.history import names_by_version
from annotation.models import Project

# The class that annotation `one` names; NULL for one that is gone, and for kinds whose answers name no one class.
CLASS_TODAY = """(
    CASE WHEN %(renamed)s::jsonb->(one.schema_version::text) ? (one.value->>'class')
         THEN %(renamed)s::jsonb->(one.schema_version::text)->>(one.value->>'class')
         ELSE one.value->>'class' END)"""


def renamed(project: Project) -> str:
    """Returns the JSON that CLASS_TODAY takes as %(renamed)s."""
    return json.dumps(names_by_version(project.class_history))

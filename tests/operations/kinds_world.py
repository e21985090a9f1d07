"""Projects of the kinds that learn, beside `choice`, some of whose questions the model chose and others chance."""

import random
from typing import Any

from annotation.models import Annotation, Project, Stream, Topic
from annotation.operations.outbox import request_work
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.learning_world import WORDS, run, truth

N_ITEMS, N_CHOSEN, N_RANDOM = 70, 30, 25
CLASSES = {
    "multichoice": ("ham", "spam"),
    "rating": ("1", "2"),
    "pairwise": ("first", "second"),
    "spans": ("who",),
}


def shown(kind: str, i: int, draw: random.Random) -> dict[str, Any]:
    text, other = (" ".join(draw.choices(WORDS[truth(place)], k=6)) for place in (i, i + 1))
    return {"texts": [text, other]} if kind == "pairwise" else {"text": text}


def said(kind: str, i: int, data: dict[str, Any]) -> dict[str, Any]:
    if kind == "spans":
        return {"spans": [{"start": 0, "end": len(data["text"].split()[0]), "class": "who"}]}
    answers = {
        "multichoice": {"classes": [truth(i)]},
        "rating": {"rating": 1 + i % 2},
        "pairwise": {"preferred": i % 2},
    }
    return answers[kind]


def taught(kind: str, **fields: Any) -> Project:
    """A project in which the model chose some questions and chance the others, all answered rightly."""
    project, draw = make_project(kind=kind, classes=CLASSES[kind], **fields), random.Random(3)
    person = make_member(project)
    for i in range(N_ITEMS):
        data = shown(kind, i, draw)
        item = make_item(project, text=" ".join(data.get("texts", [data.get("text")])), data=data)
        if i < N_CHOSEN + N_RANDOM:
            stream = Stream.MODEL if i < N_CHOSEN else Stream.RANDOM
            annotation = make_annotation(item, person, "x", stream=stream)
            Annotation.objects.filter(pk=annotation.pk).update(value=said(kind, i, data))
            request_work(project_id=project.pk, topic=Topic.LEARN, annotation_ids=[annotation.pk])
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    run(project, Topic.REPRESENT, Topic.LEARN)
    return project

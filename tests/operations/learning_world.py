"""A small project whose two classes use different words, and the lanes run by hand."""

import random

from django.contrib.auth.models import User

from annotation.models import Annotation, Item, Project, Stream, Topic, WorkLane
from annotation.operations import learning, represent
from annotation.operations.outbox import LaneClaim, claim_lane, request_work, run_lane
from tests.factories import make_annotation, make_item, make_member, make_project

WORDS = {
    "ham": ["lunch", "tomorrow", "home", "mother", "train", "sleep", "dinner", "walk", "garden", "tired"],
    "spam": ["winner", "prize", "claim", "free", "cash", "urgent", "offer", "call", "voucher", "reward"],
}
OPERATIONS = {
    Topic.REPRESENT: represent.build_features,
    Topic.LEARN: learning.train_model,
    Topic.SCORE: learning.score_pool,
}


def add_items(project: Project, n: int, *, seed: int = 1) -> list[Item]:
    """Makes items, the even ones ham and the odd ones spam, and asks for their vectors."""
    draw = random.Random(seed)
    items = [make_item(project, text=" ".join(draw.choices(WORDS[truth(i)], k=6))) for i in range(n)]
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    return items


def truth(place: int) -> str:
    return "spam" if place % 2 else "ham"


def answer(item: Item, annotator: User, name: str, *, stream: str = Stream.SHUFFLE) -> Annotation:
    """Gives an answer and asks for learning, as submit_annotation does."""
    annotation = make_annotation(item, annotator, name, stream=stream)
    request_work(project_id=item.project_id, topic=Topic.LEARN, annotation_ids=[annotation.pk])
    return annotation


def run(project: Project, *topics: Topic) -> None:
    """Runs the lanes once each, in this order."""
    for topic in topics:
        WorkLane.objects.filter(project=project, topic=topic).update(not_before=None)  # no rest after the last time
        run_lane(project_id=project.pk, topic=topic, operation=OPERATIONS[topic])
    project.refresh_from_db()


def claimed(project: Project, topic: Topic) -> LaneClaim:
    """Claims a lane in which something waits."""
    claim = claim_lane(project_id=project.pk, topic=topic)
    assert claim is not None
    return claim


def taught(n_items: int = 60, n_labels: int = 20, **fields: object) -> tuple[Project, list[Item], User]:
    """A project with vectors, labels, a live model and a published queue."""
    project = make_project(**fields)
    annotator = make_member(project)
    items = add_items(project, n_items)
    for place in range(n_labels):
        answer(items[place], annotator, truth(place))
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    return project, items, annotator

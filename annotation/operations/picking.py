"""Which places a person's next questions come from, by chance and by what there is: new_leases."""

import random

from django.db import transaction

from annotation.models import Project, Strategy, Stream
from annotation.operations import gold_leases, leases
from annotation.queries.labeling import Lease, Sources


def new_leases(project: Project, user_id: int, count: int, rng: random.Random, sources: Sources) -> list[Lease]:
    """Returns up to `count` new leases, fewer where there is not so much to ask; two calls at once never share a slot.

    None when another request of the same person was given the same items three times in a row.
    """
    for _ in range(3):
        try:
            with transaction.atomic():
                return _pick(project, user_id, count, rng, sources)
        except leases.LostRace:
            continue
    return []


def _pick(project: Project, user_id: int, count: int, rng: random.Random, sources: Sources) -> list[Lease]:
    """Known answers at places drawn by rate, in the order in which others are leased around them: neither its place nor
    its number tells a check. With nothing else left to ask, what others have begun just now, and second opinions from
    anybody."""
    found: list[Lease] = []
    due = 0
    asks_gold = sources.gold and project.gold_rate > 0
    limit = max(project.gold_rate, gold_leases.FIRST_GOLD_RATE) if asks_gold else 0.0
    for _ in range(count):
        if not limit or (roll := rng.random()) >= limit:
            due += 1
            continue
        found += _others(project, user_id, due, rng, sources)
        gold = gold_leases.take_gold(project=project, user_id=user_id, by_rate=roll < project.gold_rate)
        found += gold
        due = 0 if gold else 1
        if not gold:  # she has had her first, or there are no more
            limit = project.gold_rate if limit > project.gold_rate else 0.0
    found += _others(project, user_id, due, rng, sources)
    if not found:
        found = leases.take(
            leases.PICK_STARTED, project=project, user_id=user_id, count=count, started=True, window=None
        )[0]
    if not found and project.relabel_rate and project.max_votes > project.overlap:
        found = leases.take_second(project=project, user_id=user_id, count=count, anybody=True)
    return gold_leases.disguised(found)


def _others(project: Project, user_id: int, count: int, rng: random.Random, sources: Sources) -> list[Lease]:
    """What others have begun, second opinions by rate, then new items: the protected sample by rate, else queued."""
    found: list[Lease] = []
    if count and sources.started:
        found += leases.take(leases.PICK_STARTED, project=project, user_id=user_id, count=count, started=True)[0]
    n_again = sum(rng.random() < project.relabel_rate for _ in range(count - len(found)))
    if n_again and sources.second_opinions and project.max_votes > project.overlap:
        found += leases.take_second(project=project, user_id=user_id, count=n_again)
    n_random = sum(rng.random() < project.random_rate for _ in range(count - len(found)))
    if n_random:
        found += _fresh(project, user_id, n_random, Stream.RANDOM)
    is_ranked = sources.queue and project.queue_version and project.strategy != Strategy.RANDOM
    if len(found) < count and is_ranked:
        found += _queued(project, user_id, count - len(found))
    if len(found) < count:
        found += _fresh(project, user_id, count - len(found), Stream.SHUFFLE)
    return found


def _queued(project: Project, user_id: int, count: int) -> list[Lease]:
    found: list[Lease] = []
    looked_at = count
    while len(found) < count and looked_at:
        more, looked_at = leases.take(leases.PICK_QUEUED, project=project, user_id=user_id, count=count - len(found))
        found += more
    return found


def _fresh(project: Project, user_id: int, count: int, stream: Stream) -> list[Lease]:
    """The next items of the seeded shuffle: each draw is uniform over the items that nobody was asked about."""
    return leases.take(leases.PICK_FRESH, project=project, user_id=user_id, count=count, stream=stream.value)[0]

"""How right marks are: every place that somebody marked is a question, with "nothing here" as an answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from annotation.arrays import Floats, Ints
from annotation.kinds import MarkKind
from annotation.kinds.marks import clusters, most_central
from annotation.operations.judgement import Crowd
from modeling.engine import believe_people


@dataclass(frozen=True)
class _Place:
    """A place of an item: what each of its votes (`rows`) says of it, and how close each mark is to the middle one.

    `said` (n,) are classes, the number after the last one for "nothing here"; `closeness` (n,) is 0 without a mark.
    """

    rows: Ints
    said: Ints
    closeness: Floats
    known: int | None


def judge_marks(crowd: Crowd, kind: MarkKind) -> tuple[Floats, Floats]:
    """Returns how right each answer is held to be, and how far that is in doubt, both (n_votes,) from 0 to 1.

    Right is the expected F1 of its marks, overlaps counted, against what is there; of known items that is known. Else
    what is at a place follows from all who saw the item, by the inference that answers of one class go through
    (`modeling/truth.py`): who is judged by one other person only is told apart from her by what both do elsewhere.
    Doubt is how far an answer would be judged otherwise if all that is uncertain about it were decided one way. Lone
    answers are right, without doubt.
    """
    votes = crowd.answers.votes
    nothing = len(crowd.schema.classes)
    places = list(_places(crowd, kind))
    right, doubt = np.ones(len(votes.votes)), np.zeros(len(votes.votes))
    hits, size, spread, n = np.zeros((4, len(votes.votes)))
    for place, here in zip(places, _believed(places, crowd) if places else (), strict=True):
        own = here[place.said]
        is_mark = place.said != nothing
        hits[place.rows] += 2 * own * place.closeness
        size[place.rows] += is_mark + 1 - here[nothing]
        spread[place.rows] += 2 * own * (1 - own)
        n[place.rows] += 1
    judged = (size > 1e-9) & crowd.is_informative
    right[judged] = np.clip(hits[judged] / size[judged], 0, 1)
    doubt[judged] = spread[judged] / n[judged]
    _hold_against_known(crowd, right, doubt)
    return right, doubt


def _hold_against_known(crowd: Crowd, right: Floats, doubt: Floats) -> None:
    for row, (item, _, number) in enumerate(crowd.answers.votes.votes.tolist()):
        if (gold := int(crowd.gold[item])) >= 0:
            right[row], doubt[row] = 1 - crowd.distance(crowd.value(number), crowd.value(gold)), 0.0


def _places(crowd: Crowd, kind: MarkKind) -> Iterator[_Place]:
    """Yields the places of all items that have several answers or a known one."""
    names = {name: k for k, name in enumerate(crowd.schema.classes)}
    for item, rows in crowd.rows_by_item():
        gold = int(crowd.gold[item])
        if len(rows) < 2 and gold < 0:
            continue
        numbers = [*crowd.answers.votes.votes[rows, 2].tolist(), *([gold] if gold >= 0 else [])]
        marks = [crowd.value(number)[kind.name] for number in numbers]
        weights = [1.0] * len(rows) + [2.0] * (gold >= 0)  # places lie around known marks
        for cluster in clusters(marks, weights, kind.overlap, by_class=False):
            middle = most_central(cluster, weights, kind.overlap)
            said = [names[cluster[p]["class"]] if p in cluster else len(names) for p in range(len(marks))]
            close = [kind.overlap(cluster[p], middle) if p in cluster else 0.0 for p in range(len(rows))]
            known = said[-1] if gold >= 0 else None
            yield _Place(rows, np.array(said[: len(rows)]), np.array(close), known)


def _believed(places: list[_Place], crowd: Crowd) -> Floats:
    """What is at each place: (n_places, n_classes + 1)."""
    sizes = [len(place.rows) for place in places]
    people = crowd.answers.votes.votes[np.concatenate([place.rows for place in places]), 1]
    said = np.concatenate([place.said for place in places])
    known = [(number, place.known) for number, place in enumerate(places) if place.known is not None]
    found = believe_people(
        np.column_stack([np.repeat(np.arange(len(places)), sizes), people, said]),
        n_items=len(places),
        n_annotators=crowd.answers.votes.n_annotators,
        n_classes=len(crowd.schema.classes) + 1,
        gold=np.array(known, dtype=np.int64).reshape(-1, 2),
    )
    here = found.truth.unfixed.copy()
    for number, answer in known:
        here[number] = np.arange(here.shape[1]) == answer
    return here

"""How far people agree on spans: F1 of pairs of people, by spans that are the same and by spans that touch."""

import itertools
from collections.abc import Sequence

import numpy as np

from annotation.arrays import Ints
from annotation.operations.judgement import Crowd
from modeling.agreement import Coefficient
from modeling.mark_agreement import Document, exact_f1, relaxed_f1


def span_agreement(crowd: Crowd, shared: Sequence[Ints]) -> dict[str, Coefficient]:
    """Returns the F1 over all pairs of answers to one item; `shared` are the rows of the items that have several."""
    documents: list[Document] = []
    items: list[int] = []
    for item, rows in enumerate(shared):
        answers = [crowd.value(int(number))["spans"] for number in crowd.answers.votes.votes[rows, 2]]
        marks = [[(span["start"], span["end"], span["class"]) for span in spans] for spans in answers]
        documents += itertools.combinations(marks, 2)
        items += [item] * (len(documents) - len(items))
    of = np.array(items, dtype=np.int64)
    return {"span_f1_exact": exact_f1(documents, items=of), "span_f1_relaxed": relaxed_f1(documents, items=of)}

"""A project's answers as votes for columns, whatever its kind says: one column an answer, or any number of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from annotation.arrays import Votes, load_answers, load_votes
from annotation.kinds import Kind, Learner, Schema
from annotation.models import Project

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """`votes.class_names` are the model's columns. With `named` (n_answers, n_classes) the third column of votes and
    gold is the number of an answer, and its row says which columns that names."""

    votes: Votes
    named: Bools | None = None

    def of(self, k: int) -> Votes:
        """Returns the votes on one column: 1 for those who name it, 0 for the others."""
        assert self.named is not None
        votes, says = self.votes, self.named[:, k].astype(np.int64)
        return replace(
            votes,
            class_names=["no", "yes"],
            votes=np.column_stack([votes.votes[:, :2], says[votes.votes[:, 2]]]),
            gold=np.column_stack([votes.gold[:, 0], says[votes.gold[:, 1]]]),
        )


def load_labels(project: Project) -> Labels:
    """Returns the votes that a linear model may learn from; call it in one REPEATABLE READ transaction."""
    question = project.question
    if question.learner is not Learner.SIGMOID:
        return Labels(load_votes(project))
    answers = load_answers(project)
    named = named_columns(question, project.schema, answers.texts)
    return Labels(replace(answers.votes, class_names=question.columns(project.schema)), named)


def named_columns(question: Kind, schema: Schema, texts: Sequence[str]) -> Bools:
    """Returns which columns each of the answers, given as JSON, names (n_answers, n_classes)."""
    named = np.zeros((len(texts), len(question.columns(schema))), dtype=np.bool_)
    for number, text in enumerate(texts):
        named[number, list(question.targets(json.loads(text), schema) or ())] = True
    return named

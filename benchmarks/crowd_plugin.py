"""This project's engine for harnesses that hand over data frames of item, annotator, label.

`querent(judgements, classes, model_probs=None)` returns an object with posterior (a frame, items by classes),
label_error (one number a row), skill and suspicion (series by annotator). Needs pandas, which the project does not.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from modeling.engine import believe_people, hear_model
from modeling.model_voice import weighed_voice


@dataclass
class Answer:
    posterior: Any
    label_error: np.ndarray
    skill: Any
    suspicion: Any

    def suspicious(self) -> Any:
        return self.suspicion


def querent(judgements: Any, classes: list[str], model_probs: Any = None) -> Answer:
    import pandas as pd  # noqa: PLC0415  the harness has it, the project does not

    items, item = np.unique(judgements.item.to_numpy(), return_inverse=True)
    people, person = np.unique(judgements.annotator.to_numpy(), return_inverse=True)
    column = {name: k for k, name in enumerate(classes)}
    votes = np.column_stack([item, person, judgements.label.map(column).to_numpy()]).astype(np.int64)
    found = believe_people(votes, n_items=len(items), n_annotators=len(people), n_classes=len(classes))
    if model_probs is not None:
        views = model_probs.loc[items, classes].to_numpy()
        voice = weighed_voice(votes, np.arange(len(items)), views, truth=found.truth, matrix=found.matrix)
        if voice is not None:
            found = hear_model(found, voice, votes, gold=None, silent=np.zeros(len(items), dtype=bool))
    truth = found.truth
    return Answer(
        posterior=pd.DataFrame(truth.posterior, index=items, columns=list(classes)),
        label_error=truth.p_wrong,
        skill=pd.Series(truth.accuracy, index=people),
        suspicion=pd.Series(truth.random_log_odds, index=people),
    )

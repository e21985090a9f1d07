"""What has to follow a reviewer's decision, and to come back when it is undone."""

import io

import numpy as np

from annotation.arrays import load_votes
from annotation.models import Item, Project
from annotation.operations.examples import believe
from annotation.operations.labels import Labels
from annotation.operations.transfer.export_rows import read_rows
from annotation.operations.transfer.export_text import write_jsonl


def weight_of(project: Project, item: Item) -> tuple[list[float], float]:
    """What the model learns of the item: its target and how much that counts."""
    votes = load_votes(project)
    beliefs, row = believe(Labels(votes)), int(np.searchsorted(votes.item_ids, item.pk))
    return beliefs.targets[row].round(4).tolist(), round(float(beliefs.weights[row]), 4)


def exported(item: Item) -> str:
    """The item's line of an export."""
    out = io.StringIO()
    write_jsonl(out, [read_rows([item.pk], revisions=True, project=item.project)])
    return out.getvalue()

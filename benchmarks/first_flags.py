"""After which of her answers could each person have been flagged as random, had somebody looked after each one?

    DATABASE_URL=… QUERENT_STORAGE_DIR=… python -m benchmarks.first_flags --project 7 [--every 1]

Replays the answers of one project in the order in which they came, on the server's own database: everything is
inferred anew after each of them, as the service would. A line for everybody whose odds ever crossed, or who was
flagged: her answers when they first did, when the flag was opened, and in all; the odds at the end; a project of 300
answers takes half a minute. DATABASE_URL and the storage folder are the server's.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from annotation.arrays import Votes, load_votes, protected_items  # noqa: E402 - after setup
from annotation.models import Flag, Project  # noqa: E402 - after setup
from annotation.operations.inference import Inference, infer_truth  # noqa: E402 - after setup
from annotation.operations.people_suspicions import careless_people  # noqa: E402 - after setup
from annotation.operations.quality_rows import names_of  # noqa: E402 - after setup

ROW_PARTS = ("annotation_ids", "votes", "seconds", "created", "withdrawn")


@dataclass(frozen=True)
class Moment:
    """What was inferred from the answers so far: who looks random, and how many answers each person had given."""

    careless: np.ndarray
    n_answers: np.ndarray
    odds: np.ndarray


def moments(project: Project, votes: Votes, every: int) -> Iterator[Moment]:
    """Yields the project's moments, the last answer included."""
    protected, n = protected_items(project), len(votes.votes)
    for end in sorted({*range(every, n + 1, every), n}):
        so_far = replace(votes, **{name: getattr(votes, name)[:end] for name in ROW_PARTS})
        yield _moment(infer_truth(project, so_far, protected))


def _moment(found: Inference) -> Moment:
    n_answers = np.bincount(found.votes.votes[:, 1], minlength=found.votes.n_annotators)
    return Moment(careless_people(found), n_answers, found.truth.random_log_odds)


def flagged_after(project: Project) -> dict[int, int]:
    """Returns how many answers everybody had given by the moment at which she was flagged, by user id."""
    flags = Flag.objects.filter(project=project, kind=Flag.Kind.ANNOTATOR_LOOKS_RANDOM).select_related("annotator")
    return {
        one.annotator_id: one.annotator.annotations.filter(project=project, created_at__lte=one.created_at).count()
        for one in flags
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=int, required=True)
    parser.add_argument("--every", type=int, default=1, help="answers between two looks (1)")
    options = parser.parse_args()
    project = Project.objects.get(pk=options.project)
    votes = load_votes(project)
    names, opened, crossed = names_of(votes), flagged_after(project), {}
    for moment in moments(project, votes, options.every):
        for person in moment.careless.tolist():
            crossed.setdefault(person, int(moment.n_answers[person]))
    print(
        "| who | could be flagged after | was flagged after | answers in all | odds at the end |\n|---|---|---|---|---|"
    )
    for person, user_id in enumerate(votes.annotator_ids.tolist()):
        if person in crossed or user_id in opened:
            when = f"{crossed.get(person, 'never')} | {opened.get(user_id, 'never')} | {moment.n_answers[person]}"
            print(f"| {names[user_id]} | {when} | {np.exp(moment.odds[person]):,.1f} |")


if __name__ == "__main__":
    main()

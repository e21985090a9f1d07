"""Which items are worth asking again: publish_second_opinions and publish_doubtful, a part of every inference."""

import json

import numpy as np
from django.db import connection

from annotation.arrays import Beliefs
from annotation.models import Project
from annotation.operations.inference import Inference
from modeling.second_opinions import MOST, doubtful, worth_asking

REPLACE = """
    INSERT INTO annotation_secondopinion (item_id, project_id, gain, n_votes, first, second, skill)
    SELECT new.item_id, %(project)s, new.gain, new.n_votes, new.first, new.second, new.skill
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS new(item_id bigint, gain float8, n_votes int, first int, second int, skill float8)
    JOIN annotation_item item ON item.id = new.item_id AND NOT item.is_gold
"""


def publish_second_opinions(*, project: Project, inference: Inference) -> None:
    """Replaces the list of items to ask again by what the inference says, within the caller's transaction.

    On it are the five hundred items with the largest expected gain whose confidence is under the target and that have
    room for more answers, or, while little is known of people or there are two, random ones with a lone answer; none
    where the project allows no second opinions.
    """
    asks = inference.votes.n_classes > 1 and _asks_again(project)
    _replace(project, _worth_asking(project, inference) if asks else [])


def publish_doubtful(*, project: Project, beliefs: Beliefs) -> None:
    """The same for answers beyond one class: of what is under the target confidence the most doubtful first, for
    anybody. What an answer more would turn, and who is good at it, is not told by classes there."""
    _replace(project, _in_doubt(project, beliefs) if _asks_again(project) else [])


def _asks_again(project: Project) -> bool:
    return project.max_votes > project.overlap and project.relabel_rate > 0


def _replace(project: Project, rows: list[dict[str, float]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotation_secondopinion WHERE project_id = %s", [project.pk])
        cursor.execute(REPLACE, {"project": project.pk, "rows": json.dumps(rows)})


def _in_doubt(project: Project, beliefs: Beliefs) -> list[dict[str, float]]:
    target, most = project.target_confidence, project.max_votes
    items = np.flatnonzero(doubtful(beliefs.probability[:, None], beliefs.n_votes, target=target, max_votes=most))
    worst = items[np.argsort(beliefs.probability[items], kind="stable")][:MOST]
    return [
        {
            "item_id": int(beliefs.item_ids[item]),
            "gain": float(1 - beliefs.probability[item]),
            "n_votes": int(beliefs.n_votes[item]),
            "first": 0,
            "second": 0,
            "skill": 1.0,
        }
        for item in worst
    ]


def _worth_asking(project: Project, inference: Inference) -> list[dict[str, float]]:
    posterior, average = inference.truth.posterior, inference.truth.skills.confusion.mean(axis=0)
    chosen, gains = worth_asking(
        posterior,
        average,
        np.where(inference.gold_class < 0, inference.n_votes, 0),
        n_judged=inference.truth.n_informative,
        target=project.target_confidence,
        max_votes=project.max_votes,
        rng=np.random.default_rng([project.seed, len(inference.votes.votes)]),
        has_lone=project.overlap == 1 or project.overlap_share < 1,
    )
    likeliest = np.argsort(-posterior[chosen], axis=1, kind="stable")[:, :2]
    skill = np.diag(average)[likeliest].mean(axis=1)
    return [
        {
            "item_id": int(inference.votes.item_ids[item]),
            "gain": float(gain),
            "n_votes": int(inference.n_votes[item]),
            "first": int(first),
            "second": int(second),
            "skill": float(usual),
        }
        for item, gain, (first, second), usual in zip(chosen, gains, likeliest, skill, strict=True)
    ]

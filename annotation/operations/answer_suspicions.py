"""Answers beyond one class that are probably wrong, with what speaks against them."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from annotation.operations.agreement_report import excerpts
from annotation.operations.answer_words import Quotes, quoted, shown, told_apart
from annotation.operations.judgement import Judgement
from annotation.operations.suspicions import (
    MOST_LABELS,
    MOST_OTHERS,
    SEVERAL_KEEP_AT,
    SEVERAL_OPEN_AT,
    Suspicion,
    digest,
    doubted_label,
)
from annotation.sentences import Sentence, say, spoken


def suspicious_answers(found: Judgement, names: Mapping[int, str]) -> list[Suspicion]:
    """Returns the answers that are probably wrong, the worst first, a thousand at most; `names` by user id.

    An answer that nothing else speaks about, or that its author has taken back, is never among them.
    """
    votes, crowd = found.crowd.answers.votes, found.crowd
    p_wrong = np.where(crowd.is_informative & ~votes.withdrawn, found.inference.truth.p_wrong, 0.0)
    worst = [int(row) for row in np.argsort(-p_wrong, kind="stable")[:MOST_LABELS] if p_wrong[row] >= SEVERAL_KEEP_AT]
    texts = excerpts([int(votes.item_ids[votes.votes[row, 0]]) for row in worst])
    believed = dict(zip(found.beliefs.item_ids.tolist(), found.values, strict=True))
    rows_of = dict(crowd.rows_by_item()) if worst else {}
    doubted = [(row, int(votes.item_ids[votes.votes[row, 0]])) for row in worst]
    doubted = [(row, item_id) for row, item_id in doubted if item_id in texts]
    quotes = quoted((item_id, _value(found, row), believed[item_id]) for row, item_id in doubted)
    suspicions = []
    for row, item_id in doubted:
        others = [_said(found, int(other), names) for other in rows_of[int(votes.votes[row, 0])] if other != row]
        text, held = texts[item_id]["text"], quotes.get(item_id, {})
        suspicions.append(_suspicion(found, row, float(p_wrong[row]), believed[item_id], others, text, held, names))
    return suspicions


def _said(found: Judgement, row: int, names: Mapping[int, str]) -> dict[str, Any]:
    votes, value = found.crowd.answers.votes, _value(found, row)
    who = names[int(votes.annotator_ids[votes.votes[row, 1]])]
    return {"value": value, "annotator": who} | _in_words("class", shown(value))


def _value(found: Judgement, row: int) -> dict[str, Any]:
    return found.crowd.value(int(found.crowd.answers.votes.votes[row, 2]))


def _in_words(name: str, words: str) -> dict[str, Any]:
    """The words under this name, and how they are said where they are a sentence."""
    return {name: words} | ({f"{name}_said": spoken(words)} if isinstance(words, Sentence) else {})


def _suspicion(
    found: Judgement,
    row: int,
    p_wrong: float,
    expected: dict[str, Any],
    others: list[dict[str, Any]],
    text: str,
    quotes: Quotes,
    names: Mapping[int, str],
) -> Suspicion:
    votes = found.crowd.answers.votes
    own = _said(found, row, names)
    said, amounts = told_apart(own["value"], expected, quotes)
    known = bool(found.crowd.gold[votes.votes[row, 0]] >= 0)
    against = "the known answer is" if known else "what the others say amounts to"
    summary = say(
        "flag.known" if known else "flag.others_amount_to",
        f"{{who}} said “{{said}}”; {against} “{{expected}}”.",
        who=own["annotator"], said=said, expected=amounts,
    )  # fmt: skip
    evidence = {
        "text": text,
        "value": own["value"],
        **_in_words("class", said),
        **_in_words("expected", amounts),
        "expected_value": expected,
        "others": others[:MOST_OTHERS],
        "n_others": len(others),
        "known": known,
        "summary": summary,
    }
    grounds = [own["value"], expected, sorted([other["annotator"], other["value"]] for other in others)]
    basis = digest(json.dumps(grounds, sort_keys=True))
    return doubted_label(votes, row, p_wrong, evidence, basis=basis, opens=p_wrong >= SEVERAL_OPEN_AT)

"""What a full inference keeps for single answers, as arrays in storage."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.arrays import Floats, Ints, Votes
from annotation.artifacts import Artifact, load_arrays, save_arrays
from annotation.models import QualityVersion
from annotation.stored import Recent
from modeling.engine import Beliefs
from modeling.live import Version, version_of
from modeling.model_voice import Voice
from modeling.skills import Skills

PEOPLE = ("accuracy", "accuracy_low", "accuracy_high", "random_log_odds")


@dataclass(frozen=True)
class KeptQuality:
    """A version with the ids of its items and annotators, both rising, everybody's figures by name (each
    (n_annotators,)), `n_informative`, and the model's voice of that moment."""

    version: Version
    item_ids: Ints
    annotator_ids: Ints
    people: dict[str, Floats]
    n_informative: Ints
    voice: Voice | None


def save_quality(votes: Votes, beliefs: Beliefs, voice: Voice | None) -> Artifact:
    """Stores what `load_quality` returns. The voice is the one that `beliefs` have heard."""
    version, truth = version_of(beliefs, votes.votes, gold=votes.gold), beliefs.truth
    arrays = {
        "votes": version.votes.astype(np.int32),
        "raw": version.raw.astype(np.float32),
        "posterior": version.posterior.astype(np.float32),
        "fixed": version.fixed.astype(np.int32),
        "counts": version.skills.counts,
        "centre": version.skills.centre,
        "pool": version.skills.pool,
        "class_prior": version.class_prior,
        "matrix": version.matrix,
        "item_ids": votes.item_ids,
        "annotator_ids": votes.annotator_ids,
        "n_informative": truth.n_informative,
        **{name: getattr(truth, name) for name in PEOPLE},
    }
    if voice is not None:
        arrays |= {"said": voice.probabilities.astype(np.float32), "speaks": voice.speaks}
    weight = voice.weight if voice else 0.0
    facts = {"dependence": version.dependence, "hit_rate": version.skills.hit_rate, "voice_weight": weight}
    return save_arrays(arrays, facts)


def _load(path: str, checksum: str) -> KeptQuality:
    arrays, facts = load_arrays(path, checksum)
    version = Version(
        votes=arrays["votes"].astype(np.int64),
        raw=arrays["raw"].astype(np.float64),
        posterior=arrays["posterior"].astype(np.float64),
        fixed=arrays["fixed"].astype(np.int64),
        matrix=arrays["matrix"],
        skills=Skills(arrays["counts"], arrays["centre"], arrays["pool"], facts["hit_rate"]),
        class_prior=arrays["class_prior"],
        dependence=facts["dependence"],
    )
    return KeptQuality(
        version=version,
        item_ids=arrays["item_ids"],
        annotator_ids=arrays["annotator_ids"],
        people={name: arrays[name] for name in PEOPLE},
        n_informative=arrays["n_informative"],
        voice=_voice(arrays, facts["voice_weight"]),
    )


def _voice(arrays: dict[str, npt.NDArray[np.generic]], weight: float) -> Voice | None:
    if "said" not in arrays:
        return None
    return Voice(arrays["said"].astype(np.float64), arrays["speaks"].astype(np.bool_), weight)


_kept = Recent(2, _load)  # some thirty megabytes each at a million answers


def load_quality(row: QualityVersion) -> KeptQuality:
    """Returns what was kept; raises ArtifactError when the file is missing or damaged."""
    return _kept.get(row.path, row.checksum)

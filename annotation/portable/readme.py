"""What the README of a downloaded model says."""

from collections.abc import Mapping
from typing import Any

from annotation.models import ModelVersion

TEXT = """\
# {project}, model {number}

{classes} classes: {names}. Trained on {annotations} annotations, {created}.
{quality}

{how}

Python 3.11 and NumPy are all that it needs{besides}. Nothing is unpickled; arrays are checked against
their SHA-256 in model.json.

| file | what |
|---|---|
| model.json | classes, head, what the scorer reads, what was measured, checksums |
{files}
| *.py | the code, the same as the server's; scorer.py is where to begin |
"""
LINEAR = """\
    from scorer import Scorer
    scorer = Scorer.load(".")       # in this folder
    scorer.predict_proba([{example}])   # columns in the order of scorer.classes
    scorer.predict([{example}])

    python scorer.py < {lines} one JSON object a line out"""
SPANS = """\
    from scorer import Scorer
    scorer = Scorer.load(".")       # in this folder
    scorer.predict(["a text"])         # [[{{"start", "end", "class", "probability"}}, …]], places in code points

    python scorer.py < texts.txt       # one text a line in, one JSON object a line out"""
LINEAR_FILES = """\
| model.npz | `coef` and `intercept` of the linear model |
| representation.npz | how a text becomes a vector: hashed words and characters, axes, word vectors; empty where \
nothing is learned |"""
SPAN_FILES = "| model.npz | weights of hashed features of words and of their neighbours, and what is known of words |"
EXAMPLES = {"text": '"a text"', "image": '"data:image/png;base64,…"', "vectors": "[0.1, -0.2, …]"}
LINES = {
    "text": "texts.txt       # one text a line in,",
    "image": "images.txt      # one data URL or path of a file a line in,",
    "vectors": "vectors.jsonl   # one list of numbers a line in,",
}
UNCHECKED = " Nobody checked the answers there; the interval allows for mistakes in them."
MEASURES = {"accuracy": "Accuracy", "f1_micro": "F1", "closeness": "Closeness", "entity_f1": "F1 of spans"}


def of(version: ModelVersion, facts: Mapping[str, Any]) -> str:
    """Returns the README; `facts` is what model.json holds."""
    is_spans = facts["head"] == "tagger"
    return TEXT.format(
        project=" ".join(version.project.name.split()),
        number=version.number,
        classes=len(version.classes),
        names=", ".join(version.classes),
        annotations=version.n_annotations,
        created=version.created_at.date().isoformat(),
        quality=_quality(facts["performance"], version.metrics.get("agreement")),
        how=SPANS.format() if is_spans else _how(facts),
        besides=_besides(facts),
        files=SPAN_FILES if is_spans else LINEAR_FILES,
    )


def _quality(measured: Mapping[str, Any] | None, agreement: Mapping[str, Any] | None) -> str:
    if measured is None:
        return "How good it is was not measured yet."
    name = MEASURES[measured.get("metric", "accuracy")]
    found = "{estimate:.1%} ({low:.1%} to {high:.1%}) on {n} random items that it was not taught.".format(**measured)
    is_unchecked = name == "Accuracy" and agreement is not None and not agreement["corrected"]
    return f"{name} {found}{UNCHECKED if is_unchecked else ''}"


def _how(facts: Mapping[str, Any]) -> str:
    example, lines = EXAMPLES[facts["reads"]], LINES[facts["reads"]]
    if facts["head"] == "preference" and facts["representation"]["name"] != "external":
        example, lines = f"({example}, {example})", lines.replace("one", "two, with a tab between,", 1)
        lines = "pairs.jsonl   # [[…], […]] a line in," if facts["reads"] == "vectors" else lines
    how = LINEAR.format(example=example, lines=lines)
    return how if facts["reads"] != "vectors" else f"{how}\n\n{_whose(facts['representation'])}"


def _whose(representation: Mapping[str, Any]) -> str:
    if representation["name"] == "external":
        return f"It reads vectors of {representation['dimension']} numbers, made as those that were uploaded."
    source = representation["name"].partition(":")[2]
    return (
        f"It reads the {representation['dimension']} numbers that the encoder {source} gives for a text; the encoder "
        "itself is not in here."
    )


def _besides(facts: Mapping[str, Any]) -> str:
    return "; for JPEG also Pillow" if facts["reads"] == "image" else ""

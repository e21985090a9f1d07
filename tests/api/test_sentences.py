"""What the service says has codes; what a page says for them in another language knows each code and its parts."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotation.sentences import beside, say, spoken

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = sorted(path for path in (ROOT / "frontend/src/words").glob("zh-*.ts"))
# Put together while it runs: by what the framework refused a field for. The last two are without a dot.
COMPOSED = re.compile(r"(field|password)\.\w+|fields|settings")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def _translated(path: Path) -> dict[str, str]:
    section = re.search(r"^  service: \{\n(.*?)^  \},\n", path.read_text(), re.DOTALL | re.MULTILINE)
    assert section
    return dict(re.findall(r"^    '?([a-z_.]+)'?: '(.*)',$", section[1], re.MULTILINE))


def _modules() -> list[ast.Module]:
    sources = [path.read_text() for folder in ("annotation", "modeling") for path in (ROOT / folder).rglob("*.py")]
    marks = ("annotation.sentences", "wrong_mark", "raise NotAnImage")
    return [ast.parse(source) for source in sources if any(mark in source for mark in marks)]


def _codes() -> set[str]:
    """Every text in the shape of a code, in the modules that say something; verbs of the audit look alike."""
    prefixes = {code.partition(".")[0] for path in TRANSLATIONS for code in _translated(path)} - {"settings"}
    texts = {text for module in _modules() for text in _texts(module)}
    return {text for text in texts if CODE.fullmatch(text) and text.partition(".")[0] in prefixes}


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and node.arg == "verb":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _texts(child)


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)
def test_every_code_is_translated_and_every_translation_is_used(path: Path) -> None:
    translated = _translated(path)
    assert len(translated) > 100
    used = _codes()
    assert used - set(translated) == set()
    assert {code for code in translated if not COMPOSED.fullmatch(code)} - used == set()


@pytest.mark.parametrize("path", TRANSLATIONS, ids=lambda path: path.stem)
def test_a_translation_names_only_parts_that_the_service_gives(path: Path) -> None:
    for code, parts in _parts_given().items():
        named = set(re.findall(r"\{(\w+)(?::[^}]+)?\}", _translated(path).get(code, "")))
        assert named <= parts, code


def _parts_given() -> dict[str, set[str]]:
    """Parts by code, where code and parts stand in one call."""
    found: dict[str, set[str]] = {}
    for module in _modules():
        for call in ast.walk(module):
            is_said = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"say", "told"}
            if not is_said or not isinstance(call, ast.Call) or not isinstance(call.args[0], ast.Constant):
                continue
            names = {keyword.arg for keyword in call.keywords}
            if None not in names:
                found.setdefault(str(call.args[0].value), set()).update(name for name in names if name)
    return found


def test_a_sentence_is_its_english_text_and_knows_what_was_put_into_it() -> None:
    said = say(
        "flag.drift", "{who} was right in {before:.0%} and is in {now:.0%}.", who="{cy}", before=0.912345, now=0.5
    )
    assert said == "{cy} was right in 91% and is in 50%."
    assert spoken(said) == {"code": "flag.drift", "with": {"who": "{cy}", "before": 0.9123, "now": 0.5}}
    assert beside(said) == {"said": spoken(said)}
    assert say("row.object", 'An item needs {"data"}.') == 'An item needs {"data"}.'


def test_other_texts_have_no_code() -> None:
    assert spoken("anything") is None
    assert spoken(None) is None
    assert beside("anything") == {}

"""The text representation: shapes and edge cases, stored copies, and what web processes may import."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.ngrams import character_hashes, tokenize, word_hashes
from modeling.pool import PoolRepresentation
from modeling.pool_fit import fit_pool

ROOT = Path(__file__).parents[2]
SPORT = [f"the team won match {i} and the coach praised the players" for i in range(30)]
MONEY = [f"shares fell {i} percent as the bank raised interest rates" for i in range(30)]


@pytest.fixture(scope="module")
def representation() -> PoolRepresentation:
    return fit_pool(SPORT + MONEY, rng=np.random.default_rng(0), dimension=16)


def test_rows_are_unit_and_float32(representation: PoolRepresentation) -> None:
    X = representation.transform([*SPORT, *MONEY])
    assert X.shape == (60, representation.dimension) == (60, 32)
    assert X.dtype == np.float32
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)


def test_texts_on_one_topic_are_closer(representation: PoolRepresentation) -> None:
    a, b, c = representation.transform(["the coach and the team", "players won the match", "the bank raised rates"])
    assert a @ b > a @ c + 0.3


def test_a_text_means_the_same_alone_and_among_others(representation: PoolRepresentation) -> None:
    together = representation.transform([*SPORT[:3], "", *MONEY[:3]])
    alone = np.vstack([representation.transform([text]) for text in [*SPORT[:3], "", *MONEY[:3]]])
    assert np.allclose(together, alone, atol=1e-5)


def test_stored_copy_is_the_same(representation: PoolRepresentation) -> None:
    copy = PoolRepresentation.load(*representation.dump())
    assert np.array_equal(copy.transform(SPORT), representation.transform(SPORT))
    arrays, meta = representation.dump()
    with pytest.raises(ValueError, match="pool"):
        PoolRepresentation.load(arrays, {**meta, "format": 99})


def test_equal_seeds_give_equal_representations() -> None:
    a, b = (fit_pool(SPORT, rng=np.random.default_rng(3), dimension=8).transform(SPORT) for _ in range(2))
    assert np.array_equal(a, b)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["one"],
        ["", " ", "\n"],
        ["same text"] * 40,
        ["😀😀", "👍🏽"],
        ["今日は天気がいい", "明日も天気がいい"],
        ["ผมชอบกินข้าว"],
        ["\ud800 broken"],
        ["a" * 200_000 + " word" * 50_000],
    ],
)
def test_odd_texts(texts: list[str]) -> None:
    made = fit_pool(texts, rng=np.random.default_rng(0), dimension=8)
    X = made.transform(texts)
    assert X.shape == (len(texts), 16)
    length = np.linalg.norm(X, axis=1)
    has_words = np.array([bool(text.strip()) for text in texts], dtype=bool)
    assert np.allclose(length, has_words, atol=1e-5)


def test_scripts_without_spaces_are_read_by_character() -> None:
    assert tokenize(["天気。OK"]).words == ["天", "気", "。", "ok"]
    made = fit_pool(["今日は雨", "明日も雨", "猫が好き", "犬が好き"] * 10, rng=np.random.default_rng(0), dimension=8)
    rain, more_rain, cat = made.transform(["雨の日", "今日も雨", "猫が"])
    assert rain @ more_rain > rain @ cat


def test_long_texts_are_read_to_a_limit() -> None:
    assert len(tokenize(["a " * 50_000]).word_of) == 10_000


def test_tokens_know_their_text() -> None:
    tokens = tokenize(["b a", "", "a!"])
    assert [tokens.words[i] for i in tokens.word_of] == ["b", "a", "a", "!"]
    assert tokens.text_of.tolist() == [0, 0, 2, 2]


def test_hand_counted_character_ngrams() -> None:
    hashes, owner = character_hashes(["ab", "a"])
    # " ab ": 2 of three, 1 of four; " a ": 1 of three
    assert np.bincount(owner).tolist() == [3, 1]
    assert len(np.unique(hashes)) == 4
    assert np.array_equal(np.sort(character_hashes(["a", "ab"])[0]), np.sort(hashes))


@settings(max_examples=60)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=30, unique=True))
def test_distinct_words_have_distinct_hashes(words: list[str]) -> None:
    assert len(np.unique(word_hashes(words))) == len(words)
    assert np.array_equal(word_hashes(words[:1]), word_hashes(words)[:1])


def test_web_processes_load_neither_scikit_learn_nor_the_optimiser() -> None:
    code = (
        "import sys, modeling.pool, modeling.linear; "
        "sys.exit('sklearn' in sys.modules or 'scipy.optimize' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

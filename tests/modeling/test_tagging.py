"""The token tagger: places of tokens, tags and spans there and back, decoding, fitting, choosing."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeling.batches import Kind, rank_team
from modeling.tagging.boldness import BOLDEST, DEFAULT_BOLDNESS, boldness_for, choose_boldness
from modeling.tagging.decoding import best_paths
from modeling.tagging.lexicon import Lexicon, learn_lexicon
from modeling.tagging.outlook import look_ahead
from modeling.tagging.span_scores import Matches, f1, f1_of_spans, match_exactly
from modeling.tagging.spans import Span, spans_of, tags_of, token_targets
from modeling.tagging.tagger import Tagger, log_softmax, n_tags
from modeling.tagging.tagger_fit import fit_tagger, sharing
from modeling.tagging.tokens import TokenizedTexts, tokenize_with_places

PEOPLE = ["Anna", "Boris", "Clara", "Dmitri", "Eva", "Felix", "Greta", "Hugo"]
PLACES = ["Paris", "Vienna", "Lagos", "Quito", "Osaka", "Tunis"]


def pieces(text: str) -> list[str]:
    tokens = tokenize_with_places([text])
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't pay $3,000.50, O.K.?", ["Don", "'", "t", "pay", "$", "3,000.50", ",", "O", ".", "K", ".", "?"]),
        ("@paul_walk in café", ["@", "paul_walk", "in", "café"]),
        ("東京タワーへ行く", ["東", "京", "タ", "ワ", "ー", "へ", "行", "く"]),
        ("नमस्ते 서울에서", ["नमस्ते", "서울에서"]),
        ("👩\u200d💻👍🏽 🇩🇪🇫🇷 1️⃣ ❤️", ["👩\u200d💻", "👍🏽", "🇩🇪", "🇫🇷", "1️⃣", "❤️"]),
        ("ที่นี่", ["ที่", "นี่"]),
        (" \n\t", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@given(st.lists(st.text(max_size=60), max_size=4))
def test_tokens_cover_everything_but_white_space(texts: list[str]) -> None:
    tokens = tokenize_with_places(texts)
    for i, text in enumerate(texts):
        a, b = tokens.offsets[i], tokens.offsets[i + 1]
        starts, ends = tokens.starts[a:b], tokens.ends[a:b]
        assert (starts < ends).all()
        assert (ends[:-1] <= starts[1:]).all()
        covered = {place for one, other in zip(starts, ends, strict=True) for place in range(one, other)}
        assert all(place in covered or text[place].isspace() for place in range(len(text)))
        words = [tokens.words[w] for w in tokens.word_of[a:b]]
        assert words == [text[one:other][:40] for one, other in zip(starts, ends, strict=True)]


@given(st.text(max_size=60), st.data())
def test_spans_on_tokens_come_back(text: str, data: st.DataObject) -> None:
    tokens = tokenize_with_places([text])
    n = len(tokens.word_of)
    cuts = sorted(data.draw(st.sets(st.integers(0, n), max_size=8)))
    spans = [
        Span(int(tokens.starts[a]), int(tokens.ends[b - 1]), data.draw(st.integers(0, 2)))
        for a, b in itertools.pairwise(cuts)
        if data.draw(st.booleans())
    ]
    tags = tags_of(tokens, [spans])
    logs = np.log(np.full((n, n_tags(3)), 1 / n_tags(3), dtype=np.float32))
    found = spans_of(tokens, tags, logs)[0]
    assert [span[:3] for span in found] == [tuple(span) for span in spans]
    assert all(0 < span.probability <= 1 for span in found)


def test_the_longer_of_two_overlapping_spans_has_the_tokens() -> None:
    tokens = tokenize_with_places(["New York City hall"])
    tags = tags_of(tokens, [[Span(4, 8, 0), Span(0, 13, 1), Span(9, 18, 0)]])
    assert tags.tolist() == [3, 4, 4, 0]


def test_a_span_inside_a_token_takes_the_whole_token() -> None:
    assert tags_of(tokenize_with_places(["unhappy people"]), [[Span(2, 7, 0)]]).tolist() == [1, 0]


def _valid(tags: tuple[int, ...]) -> bool:
    before = (0, *tags)[: len(tags)]
    return all(t % 2 == 1 or t == 0 or b in (t - 1, t) for b, t in zip(before, tags, strict=True))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.integers(0, 10_000))
def test_best_paths_are_those_of_trying_all(lengths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    logs = log_softmax((3 * rng.normal(size=(sum(lengths), 5))).astype(np.float32))
    offsets = np.cumsum([0, *lengths])
    paths = best_paths(logs, offsets)
    for i, n in enumerate(lengths):
        own = logs[offsets[i] : offsets[i + 1]]
        scored = {
            tags: float(sum(own[t, k] for t, k in enumerate(tags)))
            for tags in itertools.product(range(5), repeat=n)
            if _valid(tags)
        }
        best = max(scored, key=scored.__getitem__)
        total = np.logaddexp.reduce(list(scored.values()))
        assert tuple(paths.tags[offsets[i] : offsets[i + 1]]) == best
        assert paths.log_probability[i] == pytest.approx(scored[best] - total, abs=1e-4)


def test_boldness_draws_spans_that_were_nearly_drawn() -> None:
    logs = np.log(np.array([[0.6, 0.4, 1e-6]], dtype=np.float32))
    offsets = np.array([0, 1])
    assert best_paths(logs, offsets).tags.tolist() == [0]
    assert best_paths(logs, offsets, boldness=1).tags.tolist() == [1]


def world(n: int, seed: int) -> tuple[list[str], list[list[Span]]]:
    """Sentences in which people and places stand where one expects them."""
    rng = np.random.default_rng(seed)
    texts, spans = [], []
    for _ in range(n):
        who, where = rng.choice(PEOPLE), rng.choice(PLACES)
        text = f"yesterday {who} Smith went to {where} by train ."
        texts.append(text)
        start = text.index(where)
        spans.append([Span(10, 10 + len(who) + 6, 0), Span(start, start + len(where), 1)])
    return texts, spans


def taught(n: int = 30) -> tuple[TokenizedTexts, list[list[Span]], Tagger]:
    texts, spans = world(n, 1)
    tokens = tokenize_with_places(texts)
    targets = token_targets([tags_of(tokens, spans)], [1.0], n_tags(2))
    weights = np.ones(len(targets), dtype=np.float32)
    return tokens, spans, fit_tagger(tokens, targets, weights, lexicon=learn_lexicon(tokens))


def found_in(tagger: Tagger, texts: list[str]) -> list[list[tuple[int, int, int]]]:
    tokens = tokenize_with_places(texts)
    logs = tagger.log_probabilities(tokens)
    tags = best_paths(logs, tokens.offsets, boldness=tagger.boldness).tags
    return [[span[:3] for span in own] for own in spans_of(tokens, tags, logs)]


def test_a_taught_tagger_finds_words_that_it_has_not_seen() -> None:
    text = "yesterday Zebulon Smith went to Kinshasa by train ."
    assert found_in(taught()[2], [text]) == [[(10, 23, 0), (32, 40, 1)]]


def test_a_stored_tagger_says_the_same() -> None:
    tokens, _, tagger = taught()
    again = Tagger.load(tagger.dump())
    assert np.array_equal(again.log_probabilities(tokens), tagger.log_probabilities(tokens))
    assert again.boldness == tagger.boldness


def test_probabilities_do_not_depend_on_the_texts_beside() -> None:
    tokens, _, tagger = taught()
    logs = tagger.log_probabilities(tokens)
    alone = tokens.only(np.array([3]))
    assert np.allclose(tagger.log_probabilities(alone), logs[tokens.offsets[3] : tokens.offsets[4]], atol=1e-5)
    assert np.allclose(np.exp(logs).sum(axis=1), 1, atol=1e-5)


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    tokens, spans, _ = taught(40)
    targets = token_targets([tags_of(tokens, spans)], [1.0], n_tags(2))
    weights = np.ones(len(targets), dtype=np.float32)
    lexicon = learn_lexicon(tokens)
    half = np.arange(20)
    rows = tokens.rows_of(half)
    first = fit_tagger(tokens.only(half), targets[rows], weights[rows], lexicon=lexicon, max_iterations=200)
    warm = fit_tagger(tokens, targets, weights, lexicon=lexicon, start=first, max_iterations=200)
    cold = fit_tagger(tokens, targets, weights, lexicon=lexicon, max_iterations=200)
    difference = np.exp(warm.log_probabilities(tokens)) - np.exp(cold.log_probabilities(tokens))
    assert np.abs(difference).max() < 0.02


@pytest.mark.parametrize("texts", [[], [""], ["nothing here"]])
def test_little_or_nothing_to_learn_from_is_no_error(texts: list[str]) -> None:
    tokens = tokenize_with_places(texts)
    targets = np.zeros((len(tokens.word_of), n_tags(2)), dtype=np.float32)
    targets[:, 0] = 1
    tagger = fit_tagger(tokens, targets, np.ones(len(targets), np.float32), lexicon=learn_lexicon(tokens))
    assert found_in(tagger, ["", "Anna went"]) == [[], []]


def test_a_class_without_spans_stays_possible() -> None:
    tokens, spans, _ = taught()
    targets = token_targets([tags_of(tokens, spans)], [1.0], n_tags(3))
    tagger = fit_tagger(tokens, targets, np.ones(len(targets), np.float32), lexicon=learn_lexicon(tokens))
    assert np.exp(tagger.log_probabilities(tokens))[:, 5].min() > 0
    with pytest.raises(ValueError, match="targets"):
        fit_tagger(tokens, targets[:-1], np.ones(len(targets), np.float32), lexicon=learn_lexicon(tokens))


def test_shared_coordinates_are_the_sum_of_parts() -> None:
    shared = sharing(2)
    parts = np.array([[0, 1, 1, 1, 1], [0, 1, 0, 1, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]])
    assert np.allclose(shared.T @ shared, np.eye(5) + parts.T @ parts)


def test_the_lexicon_knows_names_by_their_capitals() -> None:
    lexicon = learn_lexicon(tokenize_with_places(["we met Anna and Anna met us", "and so", "Met Anna"]))
    facts = dict(zip(("anna", "met", "so", "unseen"), lexicon.facts(["anna", "met", "so", "unseen"]), strict=True))
    assert facts["anna"] == ("capitals 4", "frequency 2")
    assert facts["met"] == ("capitals 0", "frequency 2")
    assert facts["so"] == ("capitals -1", "frequency 1")
    assert facts["unseen"] == ("capitals -1", "frequency 1")
    again = Lexicon.load(lexicon.dump())
    assert again.facts(["anna"]) == lexicon.facts(["anna"])


def test_matches_and_f1_by_hand() -> None:
    found = [[Span(0, 3, 0), Span(5, 8, 1)], [], [Span(0, 1, 0)]]
    true = [[Span(0, 3, 0), Span(5, 9, 1)], [Span(2, 3, 1)], []]
    matches = match_exactly(found, true)
    assert [column.tolist() for column in matches] == [[1, 0, 0], [2, 0, 1], [2, 1, 0]]
    assert f1(matches) == pytest.approx(2 / 6)
    assert f1(Matches(*np.zeros((3, 2), dtype=np.int64))) == 1.0


def test_the_interval_holds_the_estimate_and_the_truth() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(40):
        true = rng.poisson(1.5, size=60)
        both = rng.binomial(true, 0.7)
        found = both + rng.poisson(0.45, size=60)
        estimate, low, high = f1_of_spans(Matches(both, found, true))
        assert 0 <= low <= estimate <= high <= 1
        hits += low <= 0.7 <= high
    assert hits >= 36
    assert f1_of_spans(Matches(*np.zeros((3, 0), dtype=np.int64))) == (1.0, 0.0, 1.0)


def test_boldness_comes_from_held_back_texts() -> None:
    tokens, spans, _ = taught()
    targets = token_targets([tags_of(tokens, spans)], [1.0], n_tags(2))
    weights = np.ones(len(targets), dtype=np.float32)
    rng = np.random.default_rng(1)
    chosen = choose_boldness(tokens, targets, weights, spans, lexicon=learn_lexicon(tokens), rng=rng)
    assert chosen.held_back is not None
    assert f1(chosen.held_back) > 0.9
    assert 0 <= chosen.value < 0.2
    few = choose_boldness(tokens, targets, weights, [[] for _ in spans], lexicon=learn_lexicon(tokens), rng=rng)
    assert few == (DEFAULT_BOLDNESS, None)


def test_where_no_span_is_found_the_boldest_value_is_taken() -> None:
    """Labels without weight teach nothing: the tagger draws none or every word for itself, the truth is both words."""
    tokens, spans = tokenize_with_places(["one two"] * 12), [[Span(0, 7, 1)]] * 12
    targets = token_targets([tags_of(tokens, spans)], [1.0], n_tags(2))
    nothing = np.zeros(len(targets), dtype=np.float32)
    rng, lexicon = np.random.default_rng(1), learn_lexicon(tokens)
    chosen = choose_boldness(tokens, targets, nothing, spans, lexicon=lexicon, rng=rng)
    assert chosen.held_back is not None
    assert f1(chosen.held_back) == 0
    assert chosen.value == BOLDEST


@pytest.mark.parametrize(("reached", "value"), [(1.0, 0.0), (0.5, np.log(3)), (0.2, np.log(9)), (0.0, BOLDEST)])
def test_the_less_is_found_the_bolder(reached: float, value: float) -> None:
    assert boldness_for(reached) == pytest.approx(value)


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=30))
def test_f1_is_best_when_what_is_likelier_than_half_of_it_is_drawn(probabilities: list[float]) -> None:
    likeliest = np.sort(probabilities)[::-1]
    expected = 2 * np.cumsum(likeliest) / (np.arange(1, len(likeliest) + 1) + likeliest.sum())
    best = float(expected.max())
    odds = (1 - likeliest) / np.maximum(likeliest, 1e-12)
    drawn = odds < np.exp(boldness_for(best)) + 1e-9
    assert expected[max(int(drawn.sum()), 1) - 1] == pytest.approx(best)


def test_texts_that_the_tagger_is_unsure_of_come_first_and_rare_classes_are_looked_for() -> None:
    rng = np.random.default_rng(1)
    logs = log_softmax(np.array([[5, 0, 0, 0, 0]] * 40, dtype=np.float32))
    logs[6] = np.log([0.4, 0.4, 0.1, 0.05, 0.05])
    logs[7] = logs[6]
    logs[30] = np.log([1e-4, 1e-4, 1e-4, 0.9996, 1e-4])
    outlook = look_ahead(logs, np.arange(0, 41, 2))
    assert outlook.n_unsure.tolist() == [0, 0, 0, 1, *[0] * 16]
    assert outlook.expected[15, 1] == pytest.approx(1, abs=0.02)
    assert outlook.uncertainty.argmax() == 3
    X = rng.normal(size=(20, 4)).astype(np.float32)
    choice = rank_team(
        X=X,
        probabilities=outlook.expected,
        uncertainty=outlook.uncertainty,
        candidates=np.arange(20),
        labeled_counts=np.array([40, 0]),
        batch=1,
        n_wanted=6,
        rng=rng,
    )
    assert len(set(choice.rows.tolist())) == 6
    kinds = {int(row): Kind(kind) for row, kind in zip(choice.rows, choice.kinds, strict=True)}
    assert kinds[15] == Kind.RARE
    assert kinds[3] == Kind.UNCERTAIN


def test_the_outlook_of_texts_without_tokens() -> None:
    outlook = look_ahead(np.zeros((0, 5), dtype=np.float32), np.array([0, 0]))
    assert outlook.uncertainty.tolist() == [0]
    assert outlook.expected.tolist() == [[0, 0]]
    assert outlook.n_unsure.tolist() == [0]

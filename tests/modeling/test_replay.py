"""The replays behind docs/experiments go on with the engine as it is."""

import numpy as np
import pytest

from benchmarks.replay import Replay


@pytest.mark.parametrize("strategy", ["team", "margin", "random"])
def test_a_replay_asks_learns_and_is_guarded(strategy: str) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    X = (np.eye(8)[y] + 0.3 * rng.normal(size=(400, 8))).astype(np.float32)
    replay = Replay(X, y, 3, np.random.default_rng(1))
    replay.take(replay.shuffled(10))
    while replay.n_asked < 250:
        replay.fit()
        replay.ask(strategy, 20, 0.2)
    assert len({*replay.taught, *replay.protected}) == replay.n_asked == 400 - replay.is_open.sum()
    assert (replay.fit().predict_proba(X).argmax(axis=1) == y).mean() > 0.95
    assert (replay.guard is not None) == (strategy == "team")

import pytest

from annotation.operations import outbox


@pytest.fixture(autouse=True)
def lanes_without_rest(monkeypatch):
    """These tests run a lane several times in a row; test_outbox.py tests the rest itself."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})

"""One service of its own for all tests that break one."""

from collections.abc import Iterator

import pytest

from tests.faults.service import Service, running_service


@pytest.fixture(scope="package")
def service() -> Iterator[Service]:
    with running_service() as running:
        yield running

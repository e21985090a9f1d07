"""What lost a race for locks is tried again, a few times; what is tried in vain goes on to the caller."""

import threading

import pytest
from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from annotation.models import Item
from annotation.operations.retry import ATTEMPTS, retried
from tests.factories import make_item, make_project
from tests.operations.test_labeling import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_that_wait_for_each_other_both_are_done():
    project = make_project()
    one, other = make_item(project), make_item(project)
    met, tries = threading.Barrier(2), []

    def lock_both(first: int, second: int) -> bool:
        with transaction.atomic():
            Item.objects.select_for_update().get(pk=first)
            tries.append(first)
            if len(tries) <= 2:
                met.wait(10)
            Item.objects.select_for_update().get(pk=second)
        return True

    again = retried(lock_both)
    assert at_once(lambda: again(one.pk, other.pk), lambda: again(other.pk, one.pk)) == [True, True]
    assert len(tries) > 2, "they did not meet"


def test_after_four_attempts_the_caller_is_told():
    tries = []

    @retried
    def in_vain() -> None:
        tries.append(1)
        raise OperationalError from DeadlockDetected()

    with pytest.raises(OperationalError):
        in_vain()
    assert len(tries) == ATTEMPTS

"""A slot is given back to the item as it is by then, whatever became of the item while its lock was waited for."""

import threading

import pytest
from django.db import connection, transaction

from annotation.access import assignment_for
from annotation.models import Assignment, Item
from annotation.operations.gold import drop_gold
from annotation.operations.labeling import assign_next_item, skip_item
from tests.factories import make_item, make_member, make_project
from tests.stack import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_known_answer_becomes_an_ordinary_item_while_somebody_skips_it() -> None:
    project = make_project(gold_rate=1.0)
    item, person = make_item(project, gold="ham"), make_member(project)
    (lease,) = assign_next_item(project=project, user=person, count=1).leases
    raised: list[Exception] = []

    def skip() -> None:
        try:
            skip_item(assignment=assignment_for(person, lease.id))
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    skipping = threading.Thread(target=skip)
    with transaction.atomic():
        drop_gold(item=Item.objects.select_for_update(no_key=True).get(pk=item.pk))
        skipping.start()
        _wait_until_somebody_waits()
    skipping.join()
    assert not raised
    assert Assignment.objects.get(pk=lease.id).status == Assignment.Status.SKIPPED
    item.refresh_from_db()
    assert (item.taken, item.open_slots, item.slot_limit) == (0, 0, 0)


def _wait_until_somebody_waits() -> None:
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            return bool(cursor.fetchone()[0])

    assert eventually(somebody_waits), "nobody waits for the item"

"""A lease that ran out is drawn again after its item became a known answer, or an ordinary item again."""

import pytest

from annotation.models import Item, Project, Role, Stream
from annotation.operations.known_answers import remove_gold
from annotation.operations.labeling import release_expired_assignments, skip_item
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from tests.factories import make_item, make_member, make_project
from tests.operations.test_labeling import HAM, answer, ask, expire, project_with, slots_add_up

pytestmark = pytest.mark.django_db


def let_run_out(assignment_id: int) -> None:
    expire(assignment_id)
    release_expired_assignments()


@pytest.fixture
def project() -> Project:
    return project_with(1, overlap=2, max_votes=3)


def test_a_slot_is_not_given_back_for_a_gold_check(project):
    late, other, reviewer = make_member(project), make_member(project), make_member(project, role=Role.REVIEWER)
    let_run_out(ask(project, late).leases[0].id)
    answer(other, ask(project, other).leases[0].id)
    decide_review(project=project, item=Item.objects.get(), user=reviewer, wish=Wish("gold", value=HAM))
    project.gold_rate = 1.0
    (again,) = ask(project, late).leases
    assert again.stream == Stream.GOLD
    assert slots_add_up(project)
    let_run_out(again.id)
    assert Item.objects.get().taken == 1


def test_a_slot_is_given_back_after_an_item_is_no_known_answer_any_more(project):
    late, other, reviewer = make_member(project), make_member(project), make_member(project, role=Role.REVIEWER)
    answer(other, ask(project, other).leases[0].id)
    gold = decide_review(project=project, item=Item.objects.get(), user=reviewer, wish=Wish("gold", value=HAM))
    project.gold_rate = 1.0
    let_run_out(ask(project, late).leases[0].id)
    undo_review(review=gold, user=reviewer)
    project.gold_rate = 0.0
    (again,) = ask(project, late).leases
    assert slots_add_up(project)
    skip_item(assignment=late.assignments.get(pk=again.id))
    assert Item.objects.get().open_slots == 1


def test_a_known_answer_that_was_given_up_while_on_screen_goes_to_the_next_person():
    project = make_project(random_rate=0.0, gold_rate=1.0)
    item = make_item(project, gold="ham")
    (lease,) = ask(project, make_member(project)).leases
    remove_gold(project=project, item=item, user=project.created_by)
    let_run_out(lease.id)
    item.refresh_from_db()
    assert (item.taken, item.open_slots, item.draw_reason) == (0, 1, None)
    (again,) = ask(project, make_member(project)).leases
    assert (again.item_id, again.reason) == (item.pk, {"kind": "overlap"})

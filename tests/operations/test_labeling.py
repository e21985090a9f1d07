"""Asking and answering on real PostgreSQL, with real connections for the races."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from annotation.access import assignment_for
from annotation.api import shapes
from annotation.errors import BadRequest, Conflict, InvalidValue, NotFound
from annotation.models import (
    AnnotationRevision,
    Assignment,
    Item,
    Project,
    QueueEntry,
    Stream,
    WorkRequest,
)
from annotation.operations.labeling import (
    Assigned,
    assign_next_item,
    release_expired_assignments,
    skip_item,
    submit_annotation,
)
from annotation.operations.projects import change_project
from annotation.queries.labeling import Lease
from tests.factories import make_annotation, make_item, make_member, make_project

HAM, SPAM = {"class": "ham"}, {"class": "spam"}


def project_with(n_items: int, **fields: object) -> Project:
    project = make_project(**({"random_rate": 0.0, "gold_rate": 0.0} | fields))
    for _ in range(n_items):
        make_item(project)
    return project


def ask(project: Project, user: User, count: int = 1) -> Assigned:
    return assign_next_item(project=project, user=user, count=count)


class Always(Random):
    """Rolls one number for ever."""

    def __init__(self, number: float) -> None:
        super().__init__(0)
        self.number = number

    def random(self) -> float:
        return self.number


def ask_surely(project: Project, user: User, count: int) -> list[Lease]:
    """Asks with a roll that is below every rate."""
    return assign_next_item(project=project, user=user, count=count, rng=Always(0.0)).leases


def answer(user: User, assignment_id: int, value: dict[str, str] = HAM) -> object:
    assignment = assignment_for(user, assignment_id)
    return submit_annotation(assignment=assignment, value=value, seconds=2.0)


def expire(assignment_id: int) -> None:
    Assignment.objects.filter(pk=assignment_id).update(expires_at=timezone.now() - timedelta(seconds=1))


def slots_add_up(project: Project) -> bool:
    """Each item's counter equals its answers and open leases."""
    holding = Counter(
        Assignment.objects.filter(project=project, holds_slot=True, status__in=["open", "answered"]).values_list(
            "item_id", flat=True
        )
    )
    return all(item.taken == holding[item.pk] for item in Item.objects.filter(project=project))


@pytest.mark.django_db
class TestAsking:
    def test_open_leases_come_first_and_are_the_same(self):
        project = project_with(5)
        annotator = make_member(project)
        first, second = ask(project, annotator, 2), ask(project, annotator, 3)
        assert [lease.id for lease in first.leases] == [lease.id for lease in second.leases[:2]]
        assert len(second.leases) == 3

    def test_the_untrained_queue_is_the_seeded_shuffle(self):
        project = project_with(5)
        order = list(Item.objects.filter(project=project).order_by("shuffle_key").values_list("pk", flat=True))
        found = ask(project, make_member(project), 5).leases
        assert [lease.item_id for lease in found] == order
        assert {lease.stream for lease in found} == {Stream.SHUFFLE}
        assert found[0].probability == pytest.approx(1 / 5)

    def test_the_published_queue_is_followed_by_rank_and_used_up(self):
        project = project_with(4, queue_version=1)
        items = list(Item.objects.filter(project=project))
        for rank, item in enumerate(reversed(items[1:])):
            QueueEntry.objects.create(
                project=project, rank=rank, item=item, score=0.5, reason={"kind": "uncertain"}, model_version=3
            )
        found = ask(project, make_member(project), 2).leases
        assert [(lease.item_id, lease.stream, lease.model_version) for lease in found] == [
            (items[3].pk, "model", 3),
            (items[2].pk, "model", 3),
        ]
        assert QueueEntry.objects.served().filter(project=project).count() == 1

    def test_a_queued_item_that_was_drawn_meanwhile_is_passed_over(self):
        project = project_with(2, queue_version=1)
        first, second = Item.objects.filter(project=project).order_by("pk")
        for rank, item in enumerate((first, second)):
            QueueEntry.objects.create(project=project, rank=rank, item=item, score=1, reason={}, model_version=1)
        Item.objects.filter(pk=first.pk).update(
            drawn_at=timezone.now(), draw_stream="random", draw_probability=0.5, taken=1, open_slots=0
        )
        assert [lease.item_id for lease in ask(project, make_member(project)).leases] == [second.pk]

    def test_random_draws_are_marked_with_their_probability(self):
        project = project_with(8, random_rate=1.0)
        (lease,) = ask(project, make_member(project)).leases
        assert (lease.stream, lease.probability) == ("random", pytest.approx(1 / 8))

    def test_quick_draws_are_each_from_what_is_left(self):
        project = project_with(5, random_rate=1.0)
        person = make_member(project)
        draws = []
        for _ in range(4):
            (lease,) = ask(project, person).leases
            draws.append(lease.probability)
            answer(person, lease.id)
        assert draws == pytest.approx([1 / 5, 1 / 4, 1 / 3, 1 / 2])

    def test_later_votes_carry_the_stream_of_the_draw(self):
        project = project_with(3, overlap=2, random_rate=1.0)
        (first,) = ask(project, make_member(project)).leases
        (second,) = ask(project, make_member(project)).leases
        assert second.item_id == first.item_id
        assert (second.stream, second.probability) == (first.stream, first.probability)
        assert second.reason == {"kind": "overlap"}

    def test_gold_uses_no_slot_and_is_asked_once_a_person(self):
        project = project_with(1, gold_rate=1.0)
        gold = make_item(project, gold="spam")
        annotator = make_member(project)
        (lease,) = ask(project, annotator).leases
        assert (lease.item_id, lease.stream) == (gold.pk, "gold")
        answer(annotator, lease.id)
        (other,) = ask(project, annotator).leases
        assert other.item_id != gold.pk
        gold.refresh_from_db()
        assert gold.taken == 0

    def test_gold_looks_like_the_questions_before_it(self):
        project = project_with(4, overlap=2, gold_rate=0.9)
        first, second = make_member(project), make_member(project)
        for lease in ask(project, first, 4).leases:
            answer(first, lease.id)
        for lease in assign_next_item(project=project, user=second, count=3, rng=Always(0.95)).leases:
            answer(second, lease.id)
        make_item(project, gold="spam")
        for _ in range(2):  # the second time it is what she holds
            (lease,) = ask_surely(project, second, 1)
            shown = shapes.lease(lease)
            assert (lease.stream, shown["stream"], shown["reason"]) == ("gold", "shuffle", {"kind": "overlap"})

    def test_gold_among_others_looks_like_the_next(self):
        project = project_with(3, overlap=2, gold_rate=0.9)
        first, second = make_member(project), make_member(project)
        for lease in ask(project, first, 3).leases:
            answer(first, lease.id)
        make_item(project, gold="spam")
        found = ask_surely(project, second, 3)
        assert [one.stream for one in found] == ["gold", "shuffle", "shuffle"]
        assert {(shown["stream"], str(shown["reason"])) for shown in map(shapes.lease, found)} == {
            ("shuffle", "{'kind': 'overlap'}")
        }

    def test_gold_comes_by_rate_at_every_place_of_a_batch(self):
        project = project_with(400, gold_rate=0.3)
        for _ in range(120):
            make_item(project, gold="spam")
        annotator, rng = make_member(project), Random(5)
        for _ in range(5):  # the first come more often
            make_annotation(make_item(project, gold="spam"), annotator, "spam", stream="gold")
        places: list[int] = []
        for _ in range(20):
            found = assign_next_item(project=project, user=annotator, count=10, rng=rng).leases
            assert [one.id for one in found] == sorted(one.id for one in found)
            assert {shapes.lease(one)["stream"] for one in found} == {"shuffle"}
            places += [place for place, one in enumerate(found) if one.stream == "gold"]
            for one in found:
                answer(annotator, one.id)
        assert 40 <= len(places) <= 80  # 60 expected, 6.5 their spread
        assert set(places) == set(range(10))

    def test_gold_does_not_come_when_nothing_else_is_left(self):
        project = project_with(1, gold_rate=0.9)
        make_item(project, gold="spam")
        annotator = make_member(project)
        (lease,) = assign_next_item(project=project, user=annotator, count=1, rng=Always(0.95)).leases
        answer(annotator, lease.id)
        assert ask_surely(project, annotator, 1) == []

    @pytest.mark.parametrize("count", [0, -1, 21])
    def test_a_count_out_of_range_is_refused(self, count):
        project = project_with(1)
        with pytest.raises(BadRequest):
            ask(project, make_member(project), count)


@pytest.mark.django_db
class TestEmpty:
    def test_finished(self):
        project = project_with(1)
        annotator = make_member(project)
        answer(annotator, ask(project, annotator).leases[0].id)
        assert ask(project, make_member(project)).empty_because == "finished"

    def test_all_leased_says_until_when(self):
        project = project_with(1)
        (lease,) = ask(project, make_member(project)).leases
        found = ask(project, make_member(project))
        assert (found.empty_because, found.next_release_at) == ("all_leased", lease.expires_at)

    def test_nothing_for_you(self):
        project = project_with(1, overlap=2)
        annotator = make_member(project)
        answer(annotator, ask(project, annotator).leases[0].id)
        assert ask(project, annotator).empty_because == "nothing_for_you"

    def test_a_lease_that_ran_out_is_taken_over_without_a_reaper(self):
        project = project_with(1)
        (lease,) = ask(project, make_member(project)).leases
        expire(lease.id)
        (taken,) = ask(project, make_member(project)).leases
        assert taken.item_id == lease.item_id
        assert slots_add_up(project)

    def test_whoever_has_answered_a_window_full_of_started_items_still_gets_the_rest(self, monkeypatch):
        monkeypatch.setattr("annotation.operations.leases.STARTED_WINDOW", 2)
        project = project_with(4, overlap=2)
        first, second = make_member(project), make_member(project)
        for _ in range(3):
            answer(first, ask(project, first).leases[0].id)
        answer(second, ask(project, second).leases[0].id)
        seen = {lease.item_id for lease in ask(project, second, 4).leases}
        assert len(seen) == 3


@pytest.mark.django_db
class TestAnswering:
    def test_the_same_answer_again_changes_nothing(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        first, again = answer(annotator, lease.id), answer(annotator, lease.id)
        assert (first.is_new, again.is_new) == (True, False)
        assert (first.annotation.pk, 1) == (again.annotation.pk, again.annotation.revision)
        assert AnnotationRevision.objects.count() == 1

    def test_another_answer_is_a_new_revision_of_the_same_annotation(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        first, second = answer(annotator, lease.id), answer(annotator, lease.id, SPAM)
        assert (second.annotation.pk, second.annotation.revision) == (first.annotation.pk, 2)
        assert list(AnnotationRevision.objects.order_by("revision").values_list("value", flat=True)) == [HAM, SPAM]

    def test_an_answer_asks_for_training_and_quality_work(self):
        project = project_with(1)
        annotator = make_member(project)
        stored = answer(annotator, ask(project, annotator).leases[0].id)
        assert set(WorkRequest.objects.values_list("topic", "annotation_id")) == {
            ("learn", stored.annotation.pk),
            ("quality", stored.annotation.pk),
        }

    def test_an_unknown_class_is_refused_and_the_lease_stays(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        with pytest.raises(InvalidValue):
            answer(annotator, lease.id, {"class": "no such"})
        assert Assignment.objects.get(pk=lease.id).status == "open"

    def test_somebody_elses_assignment_does_not_exist(self):
        project = project_with(1)
        lease = ask(project, make_member(project)).leases[0]
        with pytest.raises(NotFound):
            answer(make_member(project), lease.id)

    def test_late_with_a_free_slot_is_accepted(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        expire(lease.id)
        assert release_expired_assignments() == 1
        answer(annotator, lease.id)
        assert slots_add_up(project)

    def test_late_without_a_slot_is_refused_and_says_why(self):
        project = project_with(1)
        late, other = make_member(project), make_member(project)
        lease = ask(project, late).leases[0]
        expire(lease.id)
        answer(other, ask(project, other).leases[0].id)
        with pytest.raises(Conflict) as refused:
            answer(late, lease.id)
        assert refused.value.code == "lease_expired"
        assert slots_add_up(project)

    def test_a_lease_past_its_time_that_nobody_took_over_is_still_good(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        expire(lease.id)
        assert answer(annotator, lease.id).is_new

    def test_history_cannot_be_rewritten(self):
        project = project_with(1)
        annotator = make_member(project)
        answer(annotator, ask(project, annotator).leases[0].id)
        for change in (lambda rows: rows.update(value=SPAM), lambda rows: rows.delete()):
            with pytest.raises(IntegrityError), transaction.atomic():
                change(AnnotationRevision.objects.all())


@pytest.mark.django_db
class TestSkipping:
    def test_the_slot_goes_back_but_not_to_the_same_person(self):
        project = project_with(1)
        annotator, other = make_member(project), make_member(project)
        lease = ask(project, annotator).leases[0]
        for _ in range(2):
            skip_item(assignment=Assignment.objects.get(pk=lease.id), reason="cannot tell")
        assert slots_add_up(project)
        assert ask(project, annotator).empty_because == "nothing_for_you"
        assert [found.item_id for found in ask(project, other).leases] == [lease.item_id]

    def test_an_answer_after_a_skip_and_a_skip_after_an_answer_are_refused(self):
        project = project_with(2)
        annotator = make_member(project)
        first, second = ask(project, annotator, 2).leases
        skip_item(assignment=Assignment.objects.get(pk=first.id))
        with pytest.raises(Conflict):
            answer(annotator, first.id)
        answer(annotator, second.id)
        with pytest.raises(Conflict):
            skip_item(assignment=Assignment.objects.get(pk=second.id))


@pytest.mark.django_db
class TestConstraints:
    def test_slots_cannot_go_below_zero(self):
        item = project_with(1).items.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.filter(pk=item.pk).update(taken=2, open_slots=F("open_slots") - 2)

    def test_an_answered_assignment_cannot_be_opened_again(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        answer(annotator, lease.id)
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.filter(pk=lease.id).update(status="open", closed_at=None)


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after", "more"), [(3, 2, 0), (3, 1, 0), (1, 3, 2)])
def test_a_new_overlap_holds_at_once(before, after, more):
    project = project_with(1, overlap=before)
    people = [make_member(project) for _ in range(4)]
    taken = min(before, 2)
    for person in people[:taken]:
        answer(person, ask(project, person).leases[0].id)
    change_project(project=project, user=project.created_by, changes={"settings": {"overlap": after}})
    project.refresh_from_db()
    got = sum(bool(ask(project, person).leases) for person in people[taken:])
    assert got == more
    assert slots_add_up(project)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Runs the acts in threads of their own, each with its own connection, and returns what came (or was raised)."""
    barrier, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            found[place] = act()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def lock_as_an_answer(item_id: int) -> None:
    """What PostgreSQL locks while an answer is committed, for its foreign key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM annotation_item WHERE id = %s FOR KEY SHARE", [item_id])


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_eight_people_never_share_a_slot(self):
        project = project_with(12, overlap=2)
        people = [make_member(project) for _ in range(8)]

        def work(person: User) -> int:
            for n_answers in range(100):
                leases = ask(project, person).leases
                if not leases:
                    return n_answers
                answer(person, leases[0].id)
            return 100

        done = at_once(*(lambda person=person: work(person) for person in people))
        assert sum(done) == 24
        votes = Counter(Assignment.objects.filter(status="answered").values_list("item_id", flat=True))
        assert set(votes.values()) == {2}
        assert slots_add_up(project)

    def test_four_equal_answers_at_once_store_one(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = ask(project, annotator).leases[0]
        found = at_once(*[lambda: answer(annotator, lease.id)] * 4)
        assert len({(one.annotation.pk, one.annotation.revision) for one in found}) == 1
        assert sum(one.is_new for one in found) == 1
        assert AnnotationRevision.objects.count() == 1

    def test_the_last_slot_is_taken_by_the_late_answer_or_the_new_lease_never_by_both(self):
        for _ in range(5):
            project = project_with(1)
            late, new = make_member(project), make_member(project)
            lease = ask(project, late).leases[0]
            expire(lease.id)
            release_expired_assignments()
            at_once(
                lambda late=late, lease=lease: answer(late, lease.id),
                lambda project=project, new=new: ask(project, new),
            )
            item = project.items.get()
            assert item.taken == 1
            assert slots_add_up(project)

    def test_an_answer_on_its_way_hides_its_item_from_nobody(self):
        project = project_with(1, overlap=2)
        answering, asking = make_member(project), make_member(project)
        item_id = ask(project, answering).leases[0].item_id
        with transaction.atomic():
            lock_as_an_answer(item_id)
            (found,) = at_once(lambda: ask(project, asking))
        assert [one.item_id for one in found.leases] == [item_id]

    def test_a_skip_does_not_wait_for_an_answer_on_its_way(self):
        project = project_with(1)
        annotator = make_member(project)
        lease = assignment_for(annotator, ask(project, annotator).leases[0].id)
        with transaction.atomic():
            lock_as_an_answer(lease.item_id)
            at_once(lambda: skip_item(assignment=lease))
            assert Assignment.objects.get(pk=lease.pk).status == Assignment.Status.SKIPPED

    def test_one_person_in_two_tabs_never_gets_one_item_twice(self):
        project = project_with(6, overlap=3)
        annotator = make_member(project)
        at_once(*[lambda: ask(project, annotator, 3)] * 4)
        items = Assignment.objects.filter(annotator=annotator).values_list("item_id", flat=True)
        assert len(items) == len(set(items))
        assert slots_add_up(project)

    def test_overlap_is_lowered_while_people_claim(self):
        project = project_with(20, overlap=3)
        people = [make_member(project) for _ in range(6)]
        lower = lambda: change_project(  # noqa: E731
            project=project, user=project.created_by, changes={"settings": {"overlap": 1}}
        )
        found = at_once(lower, *(lambda person=person: ask(project, person, 10) for person in people))
        assert not [one for one in found if isinstance(one, Exception)]
        assert slots_add_up(project)
        before = {item.pk: item.taken for item in project.items.all()}
        project.refresh_from_db()
        for person in people:
            ask(project, person, 20)
        for item in project.items.all():
            assert item.taken <= max(1, before[item.pk])

    def test_a_reaper_and_a_submit_at_once_keep_the_count(self):
        project = project_with(10)
        annotator = make_member(project)
        found = ask(project, annotator, 10).leases
        for lease in found:
            expire(lease.id)
        at_once(
            release_expired_assignments,
            release_expired_assignments,
            lambda: [answer(annotator, lease.id) for lease in found],
        )
        assert slots_add_up(project)
        assert Assignment.objects.filter(status="answered").count() == 10


@pytest.mark.django_db
def test_statements_on_the_request_path(django_assert_max_num_queries):
    """The budget is 5 and 6 with log-in and access (one each); what is left for the operations is 3 and 4.

    Two more here are savepoints. The roll is one at which a newcomer would be given gold, or asked for a second
    opinion, if there were any.
    """
    project = project_with(8, queue_version=1, random_rate=0.1, relabel_rate=0.25, max_votes=3)
    for rank, item in enumerate(project.items.all()):
        QueueEntry.objects.create(project=project, rank=rank, item=item, score=1, reason={}, model_version=1)
    annotator, *others = (make_member(project) for _ in range(4))
    with django_assert_max_num_queries(4):
        lease = assign_next_item(project=project, user=annotator, count=1, rng=Always(0.2)).leases[0]
    with django_assert_max_num_queries(4):  # a random one, of which the probability is counted
        assert assign_next_item(project=project, user=others[0], count=1, rng=Always(0.05)).leases
    first = QueueEntry.objects.served().filter(project=project).order_by("rank")[0]
    Item.objects.filter(pk=first.item_id).update(
        drawn_at=timezone.now(), draw_stream="random", draw_probability=0.5, taken=1, open_slots=0
    )
    with django_assert_max_num_queries(5):  # the first place of the queue is used up for nothing
        assert assign_next_item(project=project, user=others[1], count=1, rng=Always(0.2)).leases
    QueueEntry.objects.all().delete()
    with django_assert_max_num_queries(4):  # an empty queue is not asked
        assert assign_next_item(project=project, user=others[2], count=1, rng=Always(0.2)).leases
    assignment = assignment_for(annotator, lease.id)
    with django_assert_max_num_queries(6):
        submit_annotation(assignment=assignment, value=HAM)


@pytest.mark.django_db
def test_a_paused_project_asks_nobody_and_takes_what_is_on_screens():
    project = project_with(3, overlap=2)
    user = make_member(project)
    (lease,) = ask(project, user).leases
    change_project(project=project, changes={"settings": {"paused": True}}, user=project.created_by)
    project.refresh_from_db()
    assert ask(project, user) == Assigned(empty_because="project_paused")
    answer(user, lease.id)
    assert slots_add_up(project)
    change_project(project=project, changes={"settings": {"paused": False}}, user=project.created_by)
    project.refresh_from_db()
    assert len(ask(project, user).leases) == 1

"""What people, managers and workers do to a project, and what each act must change.

An act calls the real operation, as a view would: through access, with objects of its own. Its `expect` changes a copy
of the model in the way that the promises say, given the answer; for an answer that is not allowed it raises
AssertionError.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from annotation.access import assignment_for, project_for, review_for
from annotation.errors import DomainError
from annotation.models import Item, Project, Topic
from annotation.operations.labeling import (
    Assigned,
    assign_next_item,
    release_expired_assignments,
    skip_item,
    submit_annotation,
)
from annotation.operations.pausing import pause_person, resume_person
from annotation.operations.projects import change_project
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from tests.faults.simulator import clock
from tests.faults.simulator.state import Lease, Said, State

WORK_OF_AN_ANSWER = (Topic.LEARN.value, Topic.QUALITY.value)


@dataclass
class Act:
    """`do` returns an answer or raises a DomainError; `expect` gets either."""

    kind: str
    name: str
    do: Callable[[], Any]
    expect: Callable[[State, Any], None]

    def run(self) -> Any:
        try:
            return self.do()
        except DomainError as error:
            return error


def code_of(answer: Any) -> str:
    return answer.code if isinstance(answer, DomainError) else "ok"


def want(answer: Any, code: str) -> None:
    assert code_of(answer) == code, f"the answer is {code_of(answer)} ({answer}), not {code}"


def ask(project: Project, person: User, count: int, seed: int) -> Act:
    def do() -> Assigned:
        mine = project_for(person, project.pk, needs="label")
        return assign_next_item(project=mine, user=person, count=count, rng=random.Random(seed))

    def expect(state: State, answer: Any) -> None:
        want(answer, "ok")
        if person.pk in state.paused:
            assert not answer.leases, "somebody who is paused was asked"
            return
        now = clock.now()
        held = [
            one.id
            for (_, who), one in state.leases.items()
            if who == person.pk and one.status == "open" and one.expires_at > now
        ]
        new = [lease for lease in answer.leases if lease.id not in held]
        assert len(answer.leases) <= count, "more than were asked for"
        assert len(answer.leases) - len(new) == min(count, len(held)), "a held lease was not given again"
        gold = [lease for lease in new if lease.stream == "gold"]
        if not held and not gold and not any(state.may_get(item, person.pk) for item in state.items):
            state.expire(now)
        could = [item for item in state.items if state.may_get(item, person.pk)]
        assert new or held or not could, f"nothing was given although {could} are free"
        for lease in new:
            _lease(state, person.pk, lease)

    return Act("ask", f"{person} asks for {count}", do, expect)


def _lease(state: State, person: int, lease: Any) -> None:
    slots = state.items[lease.item_id]
    mine = state.leases.get((lease.item_id, person))
    assert mine is None or mine.status == "expired", f"item {lease.item_id} was given to somebody who has had it"
    if lease.stream == "gold":
        assert slots.is_gold, "no gold item"
    else:
        assert slots.open > 0, f"item {lease.item_id} has no free slot"
        slots.take(1)
    state.leases[lease.item_id, person] = Lease(lease.id, "open", lease.stream != "gold", lease.expires_at)


def answer(person: User, assignment: int, name: str, meaning: Callable[[Said], str | None]) -> Act:
    def do() -> Any:
        return submit_annotation(assignment=assignment_for(person, assignment), value={"class": name}, seconds=1.0)

    def expect(state: State, told: Any) -> None:
        key, lease = state.lease(assignment)
        slots = state.items[key[0]]
        if lease.status == "skipped":
            want(told, "skipped")
        elif lease.status == "answered":
            want(told, "ok")
            assert not told.is_new, "an answer was taken for a new one"
            _revise(state, key, name, meaning)
        elif lease.status == "expired" and lease.holds_slot and not slots.open:
            want(told, "lease_expired")
        else:
            want(told, "ok")
            assert told.is_new, "a new answer was not taken for one"
            if lease.status == "expired" and lease.holds_slot:
                slots.take(1)
            lease.status = "answered"
            state.answers[key] = Said(name, state.schema_version, 1)
            state.ask_for_work(key, *WORK_OF_AN_ANSWER)

    return Act("answer", f"{person} answers {assignment} with {name}", do, expect)


def _revise(state: State, key: tuple[int, int], name: str, meaning: Callable[[Said], str | None]) -> None:
    said = state.answers[key]
    if meaning(said) != name:
        state.answers[key] = Said(name, state.schema_version, said.revision + 1)
        state.ask_for_work(key, *WORK_OF_AN_ANSWER)


def skip(person: User, assignment: int) -> Act:
    def expect(state: State, told: Any) -> None:
        key, lease = state.lease(assignment)
        want(told, "answered" if lease.status == "answered" else "ok")
        if lease.status == "open" and lease.holds_slot:
            state.items[key[0]].take(-1)
        if lease.status in ("open", "expired"):
            lease.status = "skipped"

    return Act(
        "skip", f"{person} skips {assignment}", lambda: skip_item(assignment=assignment_for(person, assignment)), expect
    )


def reap(project: Project) -> Act:
    def expect(state: State, told: Any) -> None:
        assert told == state.expire(clock.now()), "not every lease that ran out was ended"

    return Act("reap", "the reaper passes", lambda: release_expired_assignments(project_id=project.pk), expect)


def set_overlap(project: Project, manager: User, overlap: int, max_votes: int) -> Act:
    def do() -> Project:
        mine = project_for(manager, project.pk, needs="change_project")
        changes = {"settings": {"overlap": overlap, "max_votes": max_votes}}
        return change_project(project=mine, user=manager, changes=changes)

    def expect(state: State, told: Any) -> None:
        want(told, "ok")
        before, changed = state.overlap, (state.overlap, state.max_votes) != (overlap, max_votes)
        if state.max_votes != max_votes:
            state.ask_for_work(None, Topic.QUALITY.value)
        state.overlap, state.max_votes = overlap, max_votes
        for item, slots in state.items.items():
            if changed and not slots.is_gold and item not in state.verdicts:
                more = max(overlap, min(slots.limit, max_votes))
                limit = more if slots.limit > before else overlap
                if limit != slots.limit:
                    slots.allow(limit)

    return Act("overlap", f"overlap becomes {overlap}, at most {max_votes}", do, expect)


def rename(project: Project, manager: User, old: str, new: str) -> Act:
    def do() -> Project:
        mine = project_for(manager, project.pk, needs="change_project")
        classes = [{"name": new, "was": old} if name == old else {"name": name} for name in mine.class_names]
        return change_project(project=mine, user=manager, changes={"classes": classes})

    def expect(state: State, told: Any) -> None:
        want(told, "ok")
        state.schema_version += 1
        state.ask_for_work(None, *WORK_OF_AN_ANSWER)

    return Act("rename", f"class {old} is called {new}", do, expect)


def decide(project: Project, reviewer: User, item: int, wish: Wish) -> Act:
    def do() -> Any:
        mine = project_for(reviewer, project.pk, needs="review")
        return decide_review(project=mine, item=Item.objects.get(pk=item), user=reviewer, wish=wish)

    def expect(state: State, told: Any) -> None:
        slots = state.items[item]
        if slots.is_gold:
            want(told, "is_gold")
        elif item in state.verdicts:
            want(told, "decided_already")
        elif not any(key[0] == item for key in state.answers):
            want(told, "nothing_to_review")
        elif wish.decision == "send_out" and slots.taken + wish.votes > state.max_votes:
            want(told, "max_votes")
        else:
            want(told, "ok")
            _decided(state, item, wish, told.pk)

    return Act("decide", f"{reviewer} decides {wish.decision} on {item}", do, expect)


def _decided(state: State, item: int, wish: Wish, review: int) -> None:
    slots = state.items[item]
    state.standing[review] = item
    state.ask_for_work(None, Topic.QUALITY.value)
    if wish.decision == "send_out":
        slots.allow(max(slots.limit, slots.taken + wish.votes))
        return
    state.ask_for_work(None, Topic.LEARN.value)
    state.verdicts[item] = review
    slots.allow(min(slots.limit, slots.taken))
    if wish.decision == "gold":
        slots.is_gold = True
        slots.allow(0)


@dataclass(frozen=True)
class Decided:
    """What an undo must bring back."""

    review: int
    item: int
    decision: str
    limit_before: int


def undo(reviewer: User, decided: Decided) -> Act:
    def do() -> Any:
        return undo_review(review=review_for(reviewer, decided.review, needs="review"), user=reviewer)

    def expect(state: State, told: Any) -> None:
        if decided.review not in state.standing:
            want(told, "ok")
            return
        if any(one > decided.review and item == decided.item for one, item in state.standing.items()):
            want(told, "not_the_last")
            return
        want(told, "ok")
        _undone(state, decided)

    return Act("undo", f"{reviewer} takes decision {decided.review} back", do, expect)


def _undone(state: State, decided: Decided) -> None:
    slots = state.items[decided.item]
    del state.standing[decided.review]
    state.ask_for_work(None, Topic.QUALITY.value)
    if state.verdicts.get(decided.item) == decided.review:
        del state.verdicts[decided.item]
        state.ask_for_work(None, Topic.LEARN.value)
    if decided.decision == "gold":
        slots.is_gold = False
        slots.taken = state.counts_checks(decided.item)
    elif slots.is_gold:
        return
    slots.allow(max(state.overlap, min(decided.limit_before, state.max_votes)))


def pause(project: Project, person: User, manager: User) -> Act:
    def expect(state: State, told: Any) -> None:
        want(told, "paused_already" if person.pk in state.paused else "ok")
        state.paused.add(person.pk)

    return Act(
        "pause", f"{person} is paused", lambda: pause_person(project=project, person=person, user=manager), expect
    )


def resume(project: Project, person: User, manager: User) -> Act:
    def expect(state: State, told: Any) -> None:
        want(told, "ok" if person.pk in state.paused else "not_found")
        state.paused.discard(person.pk)

    return Act(
        "resume", f"{person} goes on", lambda: resume_person(project=project, person=person, user=manager), expect
    )

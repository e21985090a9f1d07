"""The same business as a state machine: hypothesis draws the steps, and shortens what breaks a promise."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from annotation.operations.verdicts import Wish
from tests.faults.simulator import acts
from tests.faults.simulator.world import LEASE_SECONDS, N_PEOPLE, TOPICS, World

PLACES = st.integers(0, 30)
PERSON = st.integers(0, N_PEOPLE - 1)
CLASS = st.integers(0, 1)


class Business(RuleBasedStateMachine):
    """Every rule is one step of a World, which checks itself."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.world = World()

    def _one_of(self, found: list[Any], place: int) -> Any:
        return found[place % len(found)]

    @rule(person=PERSON, count=st.integers(1, 3), luck=st.integers(0, 1000))
    def ask(self, person: int, count: int, luck: int) -> None:
        self.world.take(acts.ask(self.world.project, self.world.people[person], count, luck))

    @precondition(lambda self: self.world.state.leases)
    @rule(place=PLACES, name=CLASS)
    def answer(self, place: int, name: int) -> None:
        every = self.world.leases_of("open", "expired", "answered", "skipped")
        lease, person = self._one_of(every, place)
        self.world.take(acts.answer(person, lease, self.world.names[name], self.world.meaning))

    @precondition(lambda self: self.world.state.leases)
    @rule(place=PLACES)
    def skip(self, place: int) -> None:
        lease, person = self._one_of(self.world.leases_of("open", "expired", "answered", "skipped"), place)
        self.world.take(acts.skip(person, lease))

    @rule(seconds=st.sampled_from([1, 11, LEASE_SECONDS + 1]))
    def pass_time(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    @rule()
    def reap(self) -> None:
        self.world.take(acts.reap(self.world.project))

    @rule(overlap=st.integers(1, 3), more=st.integers(0, 2))
    def change_overlap(self, overlap: int, more: int) -> None:
        self.world.take(acts.set_overlap(self.world.project, self.world.manager, overlap, overlap + more))

    @rule(name=CLASS)
    def rename(self, name: int) -> None:
        self.world.rename(name)

    @precondition(lambda self: self.world.state.answers)
    @rule(place=PLACES, decision=st.sampled_from(["change", "gold", "send_out"]), name=CLASS, votes=st.integers(1, 2))
    def decide(self, place: int, decision: str, name: int, votes: int) -> None:
        value = None if decision == "send_out" else {"class": self.world.names[name]}
        item = self._one_of(self.world.answered_items(), place)
        wish = Wish(decision, value=value, votes=votes)
        self.world.take(acts.decide(self.world.project, self.world.reviewers[0], item, wish))

    @precondition(lambda self: self.world.decided)
    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        self.world.take(acts.undo(self.world.reviewers[1], self._one_of(self.world.decided, place)))

    @rule(person=PERSON)
    def pause(self, person: int) -> None:
        self.world.take(acts.pause(self.world.project, self.world.people[person], self.world.manager))

    @rule(person=PERSON)
    def resume(self, person: int) -> None:
        self.world.take(acts.resume(self.world.project, self.world.people[person], self.world.manager))

    @rule(topic=st.sampled_from(TOPICS))
    def begin_work(self, topic: str) -> None:
        self.world.begin_work(topic)

    @rule(place=PLACES)
    def finish_work(self, place: int) -> None:
        self.world.finish_work(place)

    @rule(key=st.integers(0, 2), body=CLASS)
    def say(self, key: int, body: int) -> None:
        self.world.say(f"key-{key}", f"text {body}")

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.finish()

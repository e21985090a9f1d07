"""Whole lives drawn from one seed: `live` does its steps and raises Found with the seed when a promise is broken."""

import random
from collections import Counter
from collections.abc import Callable

from annotation.operations.outbox import LEASE_SECONDS as LEASE_SECONDS_OF_A_LANE
from annotation.operations.verdicts import Wish
from tests.faults.simulator import acts
from tests.faults.simulator.acts import Act
from tests.faults.simulator.interleave import Callers
from tests.faults.simulator.world import LEASE_SECONDS, TOPICS, Found, World

STEPS = 60
GOALS = ("expiry", "lease_expired", "decided_already", "stale", "race", "key", "answer", "skip", "undo", "drawn anew")


def live(seed: int, callers: Callers, steps: int = STEPS) -> Counter[str]:
    """Returns what was reached in this life; raises Found, with the seed and the last acts, when a promise broke."""
    rng, world = random.Random(seed), World(callers)
    try:
        for _ in range(steps):
            step(world, rng)
        world.finish()
    except Found as found:
        last = "\n  ".join(world.log[-12:])
        raise Found(f"seed {seed}: {found}\nlast acts:\n  {last}") from found
    return world.seen


def step(world: World, rng: random.Random) -> None:
    """Does one thing, drawn by weight."""
    draws: list[tuple[int, Callable[[], None]]] = [
        (50, lambda: _do(world, an_act(world, rng))),
        (15, lambda: _race(world, rng)),
        (10, lambda: world.pass_time(rng.choice([1, 11, LEASE_SECONDS + 1]))),
        (8, lambda: world.begin_work(rng.choice(TOPICS))),
        (3, lambda: _overtake(world, rng.choice(TOPICS))),
        (2, lambda: _check_what_was_left(world, rng)),
        (8, lambda: world.finish_work(rng.randrange(10))),
        (2, lambda: world.rename(rng.randrange(2))),
        (4, lambda: world.say(f"key-{rng.randrange(3)}", f"text {rng.randrange(2)}")),
    ]
    weights = [weight for weight, _ in draws]
    rng.choices([do for _, do in draws], weights)[0]()


def _overtake(world: World, topic: str) -> None:
    """A worker is away for longer than its lease, and another one begins."""
    world.begin_work(topic)
    world.pass_time(LEASE_SECONDS_OF_A_LANE + 1)
    world.begin_work(topic)


def _check_what_was_left(world: World, rng: random.Random) -> None:
    """An item that somebody leaves becomes a known answer, and she asks on: her lease may be drawn anew, as a check."""
    begun = [pair for pair in world.people_at("open", "expired") if pair[0] in world.answered_items()]
    if not begun:
        return
    item, person = rng.choice(begun)
    world.pass_time(LEASE_SECONDS + 1)
    world.take(acts.reap(world.project))
    wish = Wish("gold", value={"class": rng.choice(world.names)})
    world.take(acts.decide(world.project, rng.choice(world.reviewers), item, wish))
    for _ in range(4):
        world.take(acts.ask(world.project, person, 1, rng.getrandbits(30)))
    world.seen["drawn anew"] += (item, person) in world.people_at("open")


def _do(world: World, act: Act | None) -> None:
    if act is not None:
        world.take(act)


def an_act(world: World, rng: random.Random) -> Act | None:
    """Returns something that somebody could do now; None when nothing of the drawn kind makes sense."""
    kinds = (an_ask, an_answer, a_late_answer, a_change, a_skip, the_reaper, an_overlap, a_decision, an_undo, a_pause)
    weights = (25, 22, 16, 8, 6, 5, 5, 14, 7, 2)
    return rng.choices(kinds, weights)[0](world, rng)


def an_ask(world: World, rng: random.Random) -> Act:
    return acts.ask(world.project, rng.choice(world.people), rng.choice([1, 1, 1, 2]), rng.getrandbits(30))


def an_answer(world: World, rng: random.Random, *statuses: str) -> Act | None:
    leases = world.leases_of(*(statuses or ("open",)))
    if not leases:
        return None
    lease, person = rng.choice(leases)
    return acts.answer(person, lease, rng.choice(world.names), world.meaning)


def a_late_answer(world: World, rng: random.Random) -> Act | None:
    return an_answer(world, rng, "expired")


def a_change(world: World, rng: random.Random) -> Act | None:
    return an_answer(world, rng, "answered", "answered", "skipped")


def a_skip(world: World, rng: random.Random) -> Act | None:
    leases = world.leases_of("open", "expired", "answered")
    return acts.skip(*rng.choice(leases)[::-1]) if leases else None


def the_reaper(world: World, rng: random.Random) -> Act:
    return acts.reap(world.project)


def an_overlap(world: World, rng: random.Random) -> Act:
    overlap = rng.randint(1, 3)
    return acts.set_overlap(world.project, world.manager, overlap, rng.randint(overlap, 4))


def a_decision(world: World, rng: random.Random) -> Act | None:
    items = world.answered_items()
    if not items:
        return None
    decision = rng.choice(["change", "change", "send_out", "gold"])
    value = None if decision == "send_out" else {"class": rng.choice(world.names)}
    wish = Wish(decision, value=value, votes=rng.randint(1, 2))
    return acts.decide(world.project, rng.choice(world.reviewers), rng.choice(items), wish)


def an_undo(world: World, rng: random.Random) -> Act | None:
    return acts.undo(rng.choice(world.reviewers), rng.choice(world.decided)) if world.decided else None


def a_pause(world: World, rng: random.Random) -> Act:
    person = rng.choice(world.people)
    is_paused = person.pk in world.state.paused
    return (acts.resume if is_paused else acts.pause)(world.project, person, world.manager)


def _race(world: World, rng: random.Random) -> None:
    """Two acts that are likely to meet: the same kind by two people, the same act twice, or any two."""
    roll = rng.random()
    first = an_act(world, rng)
    if roll < 0.35 and first is not None:
        second: Act | None = first if first.kind != "overlap" else an_ask(world, rng)
    elif roll < 0.6:
        first, second = an_ask(world, rng), an_ask(world, rng)
    elif roll < 0.8:
        first, second = _both_late(world, rng)
    else:
        second = an_act(world, rng)
    if first is not None and second is not None:
        world.race(first, second, rng)


def _both_late(world: World, rng: random.Random) -> tuple[Act | None, Act | None]:
    """Two people whose leases on one item ran out answer at once."""
    late = [(item, one.id) for (item, _), one in sorted(world.state.leases.items()) if one.status == "expired"]
    items = [item for item, n in Counter(item for item, _ in late).items() if n > 1]
    if not items:
        return a_late_answer(world, rng), an_ask(world, rng)
    chosen = rng.choice(items)
    ids = {lease for item, lease in late if item == chosen}
    two = [pair for pair in world.leases_of("expired") if pair[0] in ids][:2]
    first, second = (acts.answer(person, lease, rng.choice(world.names), world.meaning) for lease, person in two)
    return first, second

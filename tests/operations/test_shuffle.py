"""What comes late is drawn as likely as what was there: a random draw stays uniform over all that is undrawn."""

from collections import Counter

import pytest
from django.db.models.functions import Now
from hypothesis import given
from hypothesis import strategies as st

from annotation.models import Item, Project
from annotation.operations.known_answers import remove_gold
from annotation.operations.shuffle import LEAST_PLACES, MASK, N_PLACES, SHARE_BITS, Places
from annotation.operations.transfer.items import add_items
from tests.factories import make_item, make_project

pytestmark = pytest.mark.django_db

KEYS = st.integers(0, 2**63 - 1)


@given(st.integers(0, N_PLACES - 1), KEYS, KEYS)
def test_a_key_moves_behind_the_first_place_and_keeps_order_and_share(first, one, other):
    places = Places(first)
    moved = [places.key_of(key) for key in sorted((one, other))]
    assert all(first << SHARE_BITS <= key < 2**63 for key in moved)
    assert [key & MASK for key in moved] == [key & MASK for key in sorted((one, other))]
    assert moved[0] >> SHARE_BITS <= moved[1] >> SHARE_BITS
    assert Places().key_of(one) == one


def undrawn(project: Project) -> list[Item]:
    return list(Item.objects.filter(project=project, drawn_at=None, open_slots__gt=0).order_by("shuffle_key"))


def draw(project: Project, n_items: int = 1) -> list[Item]:
    drawn = undrawn(project)[:n_items]
    Item.objects.filter(pk__in=[item.pk for item in drawn]).update(
        drawn_at=Now(), draw_stream="random", draw_probability=0.1
    )
    return drawn


def add(project: Project, name: str, n_items: int) -> None:
    rows = [{"data": {"text": f"{name} {n}"}} for n in range(n_items)]
    assert add_items(project=project, rows=rows).created == n_items


def seeded(seed: int) -> Project:
    project = make_project()
    Project.objects.filter(pk=project.pk).update(seed=seed)
    project.refresh_from_db()
    return project


def squeeze(project: Project, n_places: int) -> dict[int, int]:
    """Moves what is undrawn into the last places, in its order, as many draws and imports would; returns its keys."""
    places = Places(N_PLACES - n_places)
    for item in undrawn(project):
        Item.objects.filter(pk=item.pk).update(shuffle_key=places.key_of(item.shuffle_key))
    return {item.pk: item.shuffle_key for item in undrawn(project)}


# Fewer than are left, and more; the same where nearly all places lie behind.
@pytest.mark.parametrize(("n_late", "n_places"), [(2, N_PLACES), (4, N_PLACES), (2, 16 * LEAST_PLACES)])
def test_late_items_and_those_left_are_equally_likely(n_late, n_places):
    project, first, met = make_project(), Counter[str](), Counter[str]()
    for seed in range(200):
        Project.objects.filter(pk=project.pk).update(seed=seed)
        Item.objects.filter(project=project).delete()
        add(project, "old", 6)
        draw(project, 3)
        squeeze(project, n_places)
        next_one, *others = (item.pk for item in undrawn(project))
        names = {next_one: "next"} | dict.fromkeys(others, "left")
        add(project, "late", n_late)
        order = [names.get(item.pk, "late") for item in undrawn(project)]
        first[order[0]] += 1
        met.update(order[:2])
    n_undrawn = 3 + n_late
    for name, n_items in (("next", 1), ("left", 2), ("late", n_late)):
        assert first[name] / 200 == pytest.approx(n_items / n_undrawn, abs=0.08)
        assert met[name] / 400 == pytest.approx(n_items / n_undrawn, abs=0.08)


def test_before_the_first_draw_the_order_is_that_of_the_seed_alone():
    in_one, in_two = seeded(5), seeded(5)
    add(in_one, "a", 9)
    for n in range(9):
        rows = [{"data": {"text": f"a {n}"}}]
        add_items(project=in_two, rows=rows)
    assert [item.data for item in undrawn(in_one)] == [item.data for item in undrawn(in_two)]


def test_where_hardly_any_place_is_left_all_are_spread_again():
    project = seeded(1)
    add(project, "old", 9)
    draw(project, 3)
    before = squeeze(project, LEAST_PLACES)
    add(project, "late", 1)
    after = {item.pk: item.shuffle_key for item in undrawn(project)}
    assert min(after.values()) < 2**62
    assert all(after[pk] != key and (after[pk] ^ key) & MASK == 0 for pk, key in before.items())


def test_what_comes_when_nearly_all_is_drawn_moves_one_item_however_many_are_left():
    project = seeded(1)
    add(project, "old", 90)
    draw(project, 3)
    before = squeeze(project, N_PLACES >> 25)
    for n in range(20):
        add(project, f"late {n}", 1)
    after = {item.pk: item.shuffle_key for item in undrawn(project)}
    assert min(after.values()) >= min(before.values())
    assert sum(after[pk] != key for pk, key in before.items()) <= 20, "each moved one"


def test_a_known_answer_made_ordinary_comes_behind_the_last_draw():
    project = seeded(3)
    gold = make_item(project, gold="ham", shuffle_key=0)
    add(project, "old", 30)
    last = draw(project, 10)[-1]
    remove_gold(project=project, item=gold, user=project.created_by)
    gold.refresh_from_db()
    assert gold.open_slots == 1
    assert gold.shuffle_key >> SHARE_BITS > last.shuffle_key >> SHARE_BITS
    assert gold.shuffle_key & MASK == 0


def test_a_known_answer_made_ordinary_forgets_its_place():
    project, places = make_project(), []
    for seed in range(100):
        Project.objects.filter(pk=project.pk).update(seed=seed)
        Item.objects.filter(project=project).delete()
        add(project, "old", 5)
        draw(project)
        late = (N_PLACES - 1 - seed) << SHARE_BITS
        gold = make_item(project, gold="ham", shuffle_key=late)
        remove_gold(project=project, item=gold, user=project.created_by)
        places.append([item.pk for item in undrawn(project)].index(gold.pk))
    assert places.count(0) / 100 == pytest.approx(0.2, abs=0.15)
    assert places.count(4) / 100 == pytest.approx(0.2, abs=0.15)

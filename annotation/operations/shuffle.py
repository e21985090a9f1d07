"""The order in which a project's items are drawn at random: order_key, Places, places_of_late_items,
key_of_late_item.

A random draw takes the undrawn item with the lowest key. That is uniform over all of them as long as their keys are
equally distributed; but those below the last draw are gone. So what becomes undrawn late (an item that arrives, a known
answer made ordinary) gets its key behind that draw, between the lowest undrawn key and the end, and the item that had
the lowest moves in among them. The 20 lowest bits of a key decide how many answers an item gets and are never changed.
"""

import hashlib
from dataclasses import dataclass

from django.db import connection

from annotation.models import Item, Project

KEY_BITS, SHARE_BITS = 63, 20
MASK = (1 << SHARE_BITS) - 1
N_PLACES = 1 << (KEY_BITS - SHARE_BITS)
# With fewer places than this left behind the last draw, all that is undrawn is spread over all of them again. That
# locks every undrawn item for one statement, so it is put off as long as the order stays a random one: of a million
# items a hundred are then at one place, and drawn in the order of their lowest bits. To get there draws must have used
# up all places but a thousandth three times, and as many items must have come each time: three draws for each row.
LEAST_PLACES = 1 << 13

IS_BEGUN = "SELECT EXISTS (SELECT FROM annotation_item WHERE project_id = %s AND drawn_at IS NOT NULL)"
# One more than is asked for tells whether there are more.
LOWEST = """
    SELECT shuffle_key >> %(bits)s FROM annotation_item
    WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
    ORDER BY shuffle_key LIMIT %(limit)s
"""
# Items that are being handed out just now are passed over. They are looked up once: joined with a look-up that is made
# again and again, rows that this statement has moved already would be passed over too, and more would follow.
SPREAD = """
    WITH lowest AS MATERIALIZED (
        SELECT id FROM annotation_item
        WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
        ORDER BY shuffle_key LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE annotation_item item
    SET shuffle_key = ((%(first)s + floor(
            ((hashint8extended(item.shuffle_key, %(seed)s) & 9223372036854775807) >> %(bits)s)::float8
            / %(places)s * (%(places)s - %(first)s))::bigint) << %(bits)s) | (item.shuffle_key & %(mask)s)
    FROM lowest WHERE item.id = lowest.id
"""


def order_key(seed: int, name: bytes) -> int:
    """63 bits that only the project's seed and the item's name decide: the same file gives the same order again."""
    digest = hashlib.blake2b(name, digest_size=8, key=seed.to_bytes(8, "big", signed=True)).digest()
    return int.from_bytes(digest, "big") >> (64 - KEY_BITS)


@dataclass(frozen=True)
class Places:
    """The places from `first` on, of N_PLACES."""

    first: int = 0

    def key_of(self, key: int) -> int:
        """Returns the key of an item whose place is one of these; equally likely each, if `key` was any of all."""
        place = self.first + ((key >> SHARE_BITS) * (N_PLACES - self.first) >> (KEY_BITS - SHARE_BITS))
        return place << SHARE_BITS | key & MASK


def places_of_late_items(project: Project, *, n_late: int) -> Places:
    """Returns the places for `n_late` items that become undrawn now; call in the transaction that stores them.

    Before the first draw these are all. Moves the item that would be drawn next, or all undrawn ones where they are no
    more than come now or little place is left. What is handed out, or stored by another import, while the transaction
    runs may be ahead of them, which moves the next draw by one in the number of the undrawn.
    """
    values = {"project": project.pk, "bits": SHARE_BITS, "limit": n_late + 1}
    with connection.cursor() as cursor:
        cursor.execute(IS_BEGUN, [project.pk])
        if not cursor.fetchone()[0]:
            return Places()
        cursor.execute(LOWEST, values)
        lowest = [row[0] for row in cursor.fetchall()]
        is_spread = len(lowest) <= n_late or N_PLACES - lowest[0] < LEAST_PLACES
        places = Places() if is_spread else Places(lowest[0] + 1)
        parameters = {"seed": project.seed, "places": N_PLACES, "first": places.first, "mask": MASK}
        cursor.execute(SPREAD, values | parameters | {"limit": None if is_spread else 1})
    return places


def key_of_late_item(item: Item) -> int:
    """Returns the key with which this item becomes undrawn now, in the caller's transaction.

    The place that it had says when it came, or what was drawn before, so it gets another one.
    """
    project, key = item.project, item.shuffle_key
    anew = order_key(project.seed, key.to_bytes(8, "big"))
    return places_of_late_items(project, n_late=1).key_of(anew & ~MASK | key & MASK)

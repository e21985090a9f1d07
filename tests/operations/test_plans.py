"""What asking and answering cost does not depend on the size of the project: plans and pages of the request path."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from psycopg.sql import SQL, Literal

from annotation.access import assignment_for, project_for
from annotation.models import Project
from annotation.operations.labeling import assign_next_item, submit_annotation
from annotation.operations.transfer.items import add_items
from annotation.queries.progress import finished_of
from tests.factories import make_member, make_project

pytestmark = pytest.mark.django_db(transaction=True)

HAM = {"class": "ham"}
SMALL, LARGE = 300, 30_000
ITEMS = """
    INSERT INTO annotation_item (project_id, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit,
        taken, open_slots, is_gold, created_at)
    SELECT %s, 'item-' || n, jsonb_build_object('text', 'text ' || n), '{}', decode(md5(n::text), 'hex'), 8,
        abs(hashint8extended(n, 7)), 1, 0, 1, false, now()
    FROM generate_series(1, %s) n
"""
# The queue that is served, and the one before it.
QUEUE = """
    INSERT INTO annotation_queueentry
        (project_id, generation, rank, item_id, score, reason, stream, probability, model_version)
    SELECT project_id, generation, row_number() OVER (PARTITION BY generation ORDER BY id), id, 1, '{}', 'model', 1, 1
    FROM (SELECT * FROM annotation_item WHERE project_id = %s LIMIT 200) item, generate_series(1, 2) generation
"""
# Half of what the small project holds may be asked again, the other half are known answers.
DRAWN_AND_GOLD = """
    UPDATE annotation_item SET is_gold = mod(id, 2) = 0, drawn_at = CASE mod(id, 2) WHEN 1 THEN now() END,
        draw_stream = CASE mod(id, 2) WHEN 1 THEN 'random' END, draw_probability = CASE mod(id, 2) WHEN 1 THEN 1 END
    WHERE project_id = %s
"""
TABLES = ("item", "assignment", "annotation", "queueentry", "secondopinion", "review", "tally", "workrequest")

KINDS = ("SELECT", "WITH", "UPDATE", "INSERT")


def filled(n_items: int, random_rate: float = 0.5) -> Project:
    project = make_project(queue_version=1, queue_generation=2, random_rate=random_rate, relabel_rate=0.5, max_votes=3)
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, [project.pk, n_items])
        cursor.execute(QUEUE, [project.pk])
    return project


class Explained:
    """Has each statement explained, and taken back, before it runs."""

    def __init__(self, options: str, *settings: str) -> None:
        self.options, self.settings = options, settings
        self.plans: list[Any] = []
        self.is_asking = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.is_asking and sql.lstrip().startswith(KINDS):
            self.is_asking = True
            self.plans.append(self._explain(sql, params))
            self.is_asking = False
        return execute(sql, params, many, context)

    def _explain(self, sql: str, params: Any) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            for setting in self.settings:
                cursor.execute(f"SET LOCAL {setting}")
            cursor.execute(f"EXPLAIN ({self.options}) {sql}", params)
            rows = cursor.fetchall()
            transaction.set_rollback(True)
        return rows


class Kept(Explained):
    """Explains the plan of a statement that comes often: from the sixth time on it may be one that knows no parameters.

    PostgreSQL keeps such a plan where it expects no more of those that know them.
    """

    def _explain(self, sql: str, params: Any) -> Any:
        names = [name for name in params if f"%({name})s" in sql] if isinstance(params, dict) else range(len(params))
        numbered = {name: f"${place}" for place, name in enumerate(names, 1)}
        text = sql % (numbered if isinstance(params, dict) else tuple(numbered.values()))
        values = SQL(", ").join(Literal(params[name]) for name in names)
        with transaction.atomic(), connection.connection.cursor() as cursor:
            cursor.execute(f"PREPARE kept AS {text}")
            for options in (*["COSTS OFF"] * 5, self.options):
                cursor.execute(SQL("EXPLAIN ({}) EXECUTE kept ({})").format(SQL(options), values))
            rows = cursor.fetchall()
            cursor.execute("DEALLOCATE kept")
            transaction.set_rollback(True)
        return rows


def ask_and_answer(project: Project, person: User, explained: Explained) -> None:
    with connection.execute_wrapper(explained):
        mine = project_for(person, project.pk, needs="label")
        lease = assign_next_item(project=mine, user=person, count=1).leases[0]
        submit_annotation(assignment=assignment_for(person, lease.id), value=HAM)


def pages(project: Project, person: User, explains: type[Explained] = Explained) -> int:
    """How many pages of 8 KB a next and its submit look at."""
    explained = explains("ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON")
    ask_and_answer(project, person, explained)
    return pages_of(explained)


def pages_of(explained: Explained) -> int:
    tops = [rows[0][0][0]["Plan"] for rows in explained.plans]
    return sum(top["Shared Hit Blocks"] + top["Shared Read Blocks"] for top in tops)


def test_every_statement_of_a_next_and_a_submit_finds_its_rows_by_an_index():
    project, explained = filled(SMALL), Explained("COSTS OFF", "enable_seqscan = off")
    for _ in range(6):  # a random draw, one from the queue, …
        ask_and_answer(project, make_member(project), explained)
    assert len(explained.plans) == 6 * 5
    for rows in explained.plans:
        plan = "\n".join(row[0] for row in rows)
        assert not [name for name in TABLES if f"Seq Scan on annotation_{name}" in plan], plan


@pytest.mark.parametrize("random_rate", [0, 1])
def test_a_next_and_a_submit_look_at_as_many_pages_in_a_large_project_as_in_a_small_one(random_rate):
    small, large = filled(SMALL, random_rate), filled(LARGE, random_rate)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counts = {project: sorted(pages(project, make_member(project)) for _ in range(5))[2] for project in (small, large)}
    assert counts[large] <= 1.5 * counts[small]


def test_how_far_a_large_project_is_takes_as_many_pages_as_of_a_small_one():
    small, large, counts = filled(SMALL), filled(LARGE), {}
    for project in (small, large):
        ask_and_answer(project, make_member(project), Explained("COSTS OFF"))
        explained = Explained("ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON")
        with connection.execute_wrapper(explained):
            assert [row["items_finished"] for row in finished_of([project])] == [1]
        counts[project] = pages_of(explained)
    assert counts[large] <= 1.5 * counts[small]


@pytest.mark.parametrize("random_rate", [0, 1])
def test_a_plan_from_before_a_large_import_does_not_look_through_it_for_what_is_not_there(random_rate):
    """Statistics of a project full of known answers and of what was begun; then many items come where none is so."""
    with connection.cursor() as cursor:
        cursor.execute(DRAWN_AND_GOLD, [filled(SMALL).pk])
        cursor.execute("ANALYZE annotation_item")
    counts = []
    for n_items in (SMALL, LARGE):
        project = filled(n_items, random_rate)
        counts.append(sorted(pages(project, make_member(project), Kept) for _ in range(3))[1])
    assert counts[1] <= 2 * counts[0]


@pytest.mark.parametrize("random_rate", [0, 1])
def test_a_plan_made_without_statistics_looks_at_few_pages_too(random_rate):
    small, large = (filled(n_items, random_rate) for n_items in (SMALL, LARGE))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'annotation_item'::regclass")
    counts = {
        project: sorted(pages(project, make_member(project), Kept) for _ in range(3))[1] for project in (small, large)
    }
    assert counts[large] <= 2 * counts[small]


def test_an_import_reads_no_table_where_nearly_all_items_have_one_content():
    project, explained = filled(LARGE), Explained("ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON")
    rows = [{"data": {"text": f"new {n}"}} for n in range(50)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotation_item SET content_hash = decode(md5('one'), 'hex')")
        cursor.execute("ANALYZE annotation_item")
    with connection.execute_wrapper(explained):
        assert add_items(project=project, rows=rows).created == 50
    tops = [rows[0][0][0]["Plan"] for rows in explained.plans]
    known = [top for top in tops if "incoming_item" in str(top) and top["Node Type"] == "Nested Loop"]
    assert len(known) == 1
    assert known[0]["Shared Hit Blocks"] + known[0]["Shared Read Blocks"] < 1000

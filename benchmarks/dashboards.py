"""How long the pages of quality take to read in a project with a million labels. Needs a running server.

    DATABASE_URL=… python -m benchmarks.dashboards --url http://127.0.0.1:8000 --password … --labels 1000000

Fills a project of its own by SQL (two hundred people, four classes, three answers an item, 15 % of them wrong, over
forty weeks), lets the workers infer its quality, and reads each page in turn: milliseconds, median and 95 %.
With --project the project of an earlier run is read again. DATABASE_URL is the server's.
"""

import argparse
import os
import secrets
import statistics
import sys
import time
from typing import Any

import psycopg

from annotation.simulation.client import Api, log_in, wait_for

CLASSES = ["billing", "delivery", "login", "praise"]
N_PEOPLE, OVERLAP = 200, 3
READER = "reader"
PAGES = (
    "agreement/", "annotators/", "flags/", "quality/", "quality/classes/", "quality/weeks/", "quality/export/",
    "review/", "guidelines/", "gold/", "progress/", "model/", "queue/", "learning-curve/",
)  # fmt: skip
OWN_PAGES = ("my/report/",)
AIM = 50.0
INFERENCE_SECONDS = 900.0

PEOPLE = """
    WITH person AS (
        INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active,
                               date_joined)
        SELECT %(prefix)s || n, '!', false, '', '', '', false, true, now() FROM generate_series(1, %(people)s) n
        RETURNING id)
    INSERT INTO annotation_membership (project_id, user_id, role, training, created_at)
    SELECT %(project)s, id, 'annotator', 'undecided', now() FROM person
"""
ITEMS = """
    INSERT INTO annotation_item (project_id, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit,
        taken, open_slots, drawn_at, draw_stream, draw_probability, is_gold, created_at)
    SELECT %(project)s, 'item ' || n, jsonb_build_object('text', 'text ' || n), '{}', decode(md5(n::text), 'hex'), 9, n,
           %(overlap)s, %(overlap)s, 0, now(), 'shuffle', 1, false, now()
    FROM generate_series(1, %(items)s) n
"""
LEASES = """
    WITH person AS (
        SELECT user_id, row_number() OVER (ORDER BY user_id) - 1 AS place, count(*) OVER () AS total
        FROM annotation_membership WHERE project_id = %(project)s AND role = 'annotator')
    INSERT INTO annotation_assignment (project_id, item_id, annotator_id, stream, reason, probability, holds_slot,
        status, skip_reason, created_at, expires_at, closed_at)
    SELECT %(project)s, item.id, person.user_id, 'shuffle', '{"kind": "shuffle"}', 1, true, 'answered', '',
           answered.at, answered.at, answered.at
    FROM annotation_item item
    CROSS JOIN generate_series(0, %(overlap)s - 1) turn
    JOIN person ON person.place = (item.shuffle_key + turn * (1 + item.shuffle_key %% 61)) %% person.total
    CROSS JOIN LATERAL (
        SELECT now() - interval '280 days' * (1 - item.shuffle_key::float8 / %(items)s) AS at) answered
    WHERE item.project_id = %(project)s
"""
ANSWERS = """
    INSERT INTO annotation_annotation (assignment_id, project_id, item_id, annotator_id, revision, value, seconds,
        schema_version, created_at, updated_at)
    SELECT lease.id, lease.project_id, lease.item_id, lease.annotator_id, 1,
           jsonb_build_object('class', (%(classes)s::text[])[1 + (item.shuffle_key + CASE WHEN random() < 0.15
               THEN 1 + floor(random() * 3)::int ELSE 0 END) %% 4]),
           2 + 8 * random(), 1, lease.created_at, lease.created_at
    FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
    WHERE lease.project_id = %(project)s
"""
REVISIONS = """
    INSERT INTO annotation_annotationrevision (annotation_id, revision, value, seconds, schema_version, created_at)
    SELECT id, 1, value, seconds, 1, created_at FROM annotation_annotation WHERE project_id = %(project)s
"""
WORK = "INSERT INTO annotation_workrequest (project_id, topic, created_at) VALUES (%(project)s, 'quality', now())"
TABLES = ("item", "assignment", "annotation", "annotationrevision", "membership")


def fill(cursor: Any, project: int, n_labels: int) -> None:
    """Puts people, items and answers into the project, and asks for their inference."""
    known = {
        "project": project,
        "prefix": f"p{secrets.token_hex(3)}-",
        "people": N_PEOPLE - 1,
        "overlap": OVERLAP,
        "items": n_labels // OVERLAP,
        "classes": CLASSES,
    }
    for statement in (PEOPLE, ITEMS, LEASES, ANSWERS, REVISIONS, WORK):
        cursor.execute(statement, known)
    for table in TABLES:
        cursor.execute(f"VACUUM ANALYZE annotation_{table}")


def new_project(admin: Api, n_labels: int) -> tuple[int, str, str]:
    """Returns the id of a project with so many labels whose quality is inferred, and a member's name and password."""
    name = f"dashboards {n_labels:,} {secrets.token_hex(2)}"
    settings = {"overlap": OVERLAP, "max_votes": OVERLAP}
    body = {"name": name, "kind": "choice", "classes": CLASSES, "settings": settings}
    project = admin.want("POST", "projects/", body)["id"]
    who, password = f"{READER}-{project}-{secrets.token_hex(2)}", secrets.token_urlsafe(12)
    admin.want("POST", f"projects/{project}/members/", {"username": who, "role": "annotator", "password": password})
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, connection.cursor() as cursor:
        fill(cursor, project, n_labels)
        if not wait_for(lambda: is_inferred(admin, project, n_labels), INFERENCE_SECONDS):
            sys.exit("The workers did not infer the project's quality.")
        cursor.execute("VACUUM ANALYZE annotation_consensus, annotation_flag")
    return project, who, password


def is_inferred(admin: Api, project: int, n_labels: int) -> bool:
    """Whether everything that was put in has been looked at."""
    found = admin.want("GET", f"projects/{project}/agreement/")
    return bool(found["items_with_overlap"] == n_labels // OVERLAP)


def measured(api: Api, path: str, times: int) -> tuple[float, float]:
    """Returns the median and 95 % of the milliseconds that a page takes, the first reading left out."""
    taken = []
    for _ in range(times + 1):
        started = time.perf_counter()
        api.want("GET", path)
        taken.append(1000 * (time.perf_counter() - started))
    taken = sorted(taken[1:])
    return statistics.median(taken), taken[min(len(taken) - 1, int(0.95 * len(taken)))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--project", type=int, help="read this one, filled by an earlier run")
    parser.add_argument("--reader", help="with --project: name:password of a member, for a person's own page")
    options = parser.parse_args()
    admin = Api(options.url, log_in(options.url, options.username, options.password))
    project, reader = options.project, options.reader
    if project is None:
        project, *named = new_project(admin, options.labels)
        reader = ":".join(named)
        print(f"  again: --project {project} --reader {reader}", flush=True)
    member = Api(options.url, log_in(options.url, *reader.split(":", 1))) if reader else None
    slow = 0
    for api, pages in ((admin, PAGES), (member, OWN_PAGES)):
        for page in pages if api else ():
            median, most = measured(api, f"projects/{project}/{page}", options.times)
            slow += median > AIM
            print(f"| `{page}` | {median:.0f} / {most:.0f} ms |", flush=True)
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())

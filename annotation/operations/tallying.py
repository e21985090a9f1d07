"""Adds up the parts of counts, so that pages read few of them (models/tallies.py)."""

from django.db import connection, transaction

MOST_PARTS = 50_000

# Rows that somebody else is adding up are left to her. What is added up is one row a person and minute for two hours,
# a person and hour for today, and a person before. Sums of nothing stay until they are found again; they are few.
FOLD = """
    WITH clock AS (
        SELECT querent_minute(now()) - 120 AS lately, querent_minute(date_trunc('day', now(), 'UTC')) AS today),
    ripe AS MATERIALIZED (
        SELECT id FROM annotation_tally, clock
        WHERE NOT folded
           OR (folded AND minute > 0 AND minute < lately AND (minute < today OR minute %% 60 <> 0))
        ORDER BY id LIMIT %(most)s FOR UPDATE OF annotation_tally SKIP LOCKED),
    taken AS (
        DELETE FROM annotation_tally USING ripe WHERE annotation_tally.id = ripe.id
        RETURNING project_id, name, person, minute, annotation_tally.n),
    added AS (
        SELECT project_id, name, person, CASE WHEN minute >= lately THEN minute WHEN minute >= today
               THEN minute / 60 * 60 ELSE 0 END AS minute, sum(n)::bigint AS n
        FROM taken, clock GROUP BY 1, 2, 3, 4),
    kept AS (
        INSERT INTO annotation_tally AS old (project_id, name, person, minute, n, folded)
        SELECT project_id, name, person, minute, n, true FROM added WHERE n <> 0 ORDER BY 1, 2, 3, 4
        ON CONFLICT (project_id, name, person, minute) WHERE folded DO UPDATE SET n = old.n + excluded.n)
    SELECT count(*) FROM taken
"""
FOLD_CONFIDENCE = """
    WITH ripe AS MATERIALIZED (
        SELECT id FROM annotation_confidencetally WHERE NOT folded
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED),
    taken AS (
        DELETE FROM annotation_confidencetally part USING ripe WHERE part.id = ripe.id RETURNING part.*),
    kept AS (
        INSERT INTO annotation_confidencetally AS old
            (project_id, thousandth, n, n_doubtful, sum_right, sum_spread, folded)
        SELECT project_id, thousandth, sum(n), sum(n_doubtful), sum(sum_right), sum(sum_spread), true
        FROM taken GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (project_id, thousandth) WHERE folded DO UPDATE
        SET n = old.n + excluded.n, n_doubtful = old.n_doubtful + excluded.n_doubtful,
            sum_right = old.sum_right + excluded.sum_right, sum_spread = old.sum_spread + excluded.sum_spread)
    SELECT count(*) FROM taken
"""
EMPTY = """
    DELETE FROM annotation_tally WHERE folded AND n = 0;
    DELETE FROM annotation_confidencetally WHERE folded AND n = 0
"""


def fold_tallies() -> int:
    """Adds parts up, returns how many it took; the sums that pages read stay the same at every moment.

    Any number of callers may do so at once.
    """
    n = 0
    for statement in (FOLD, FOLD_CONFIDENCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, {"most": MOST_PARTS})
            n += cursor.fetchone()[0]
    return n


def drop_empty_tallies() -> None:
    """Takes away the sums that are nothing, such as those of a project that was deleted for good."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EMPTY)

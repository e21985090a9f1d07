"""Statements by which a lease ends: answered, skipped, or out of time."""

# The slot goes over from the lease to the answer, so the item is not touched.
ANSWER = """
    WITH closed AS (
        UPDATE annotation_assignment SET status = 'answered', closed_at = now()
        WHERE id = %(assignment)s AND status = 'open'
        RETURNING id, project_id, item_id, annotator_id),
    answer AS (
        INSERT INTO annotation_annotation (assignment_id, project_id, item_id, annotator_id, revision, value, seconds,
            schema_version, created_at, updated_at)
        SELECT id, project_id, item_id, annotator_id, 1, %(value)s::jsonb, %(seconds)s, %(schema_version)s, now(), now()
        FROM closed RETURNING id, project_id, value, seconds, schema_version, created_at),
    revision AS (
        INSERT INTO annotation_annotationrevision (annotation_id, revision, value, seconds, schema_version, created_at)
        SELECT id, 1, value, seconds, schema_version, created_at FROM answer),
    work AS (
        INSERT INTO annotation_workrequest (project_id, topic, annotation_id, created_at)
        SELECT project_id, unnest(%(topics)s::text[]), id, created_at FROM answer)
    SELECT id, created_at FROM answer
"""

# Whoever gives a slot back locks the item first, by a statement of its own: PostgreSQL checks constraints on the row as
# the statement saw it, before it notices that somebody has changed that row, such as a known answer made ordinary.
LATE = """
    SELECT lease.id FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
    WHERE lease.status = 'open' AND lease.expires_at < now()
      AND (%(project)s::bigint IS NULL OR lease.project_id = %(project)s)
    ORDER BY lease.expires_at LIMIT %(limit)s
    FOR NO KEY UPDATE OF item SKIP LOCKED
"""
RELEASE_EXPIRED = """
    WITH closed AS (
        UPDATE annotation_assignment lease SET status = 'expired', closed_at = now()
        WHERE lease.id = ANY(%(late)s) AND lease.status = 'open' AND lease.expires_at < now()
        RETURNING lease.item_id, lease.holds_slot),
    freed AS (
        UPDATE annotation_item item
        SET taken = item.taken - back.n, open_slots = greatest(item.slot_limit - (item.taken - back.n), 0)
        FROM (SELECT item_id, count(*)::int AS n FROM closed WHERE holds_slot GROUP BY item_id) back
        WHERE item.id = back.item_id)
    SELECT count(*) FROM closed
"""

ITS_ITEM = "SELECT FROM annotation_item WHERE id = %s FOR NO KEY UPDATE"
SKIP = """
    WITH before AS MATERIALIZED (
        SELECT id, status FROM annotation_assignment WHERE id = %(assignment)s FOR NO KEY UPDATE),
    closed AS (
        UPDATE annotation_assignment lease
        SET status = 'skipped', closed_at = now(), skip_reason = %(reason)s
        FROM before WHERE lease.id = before.id AND before.status IN ('open', 'expired')
        RETURNING lease.item_id, lease.holds_slot AND before.status = 'open' AS gives_back),
    freed AS (
        UPDATE annotation_item item
        SET taken = item.taken - 1, open_slots = greatest(item.slot_limit - (item.taken - 1), 0)
        FROM closed WHERE item.id = closed.item_id AND closed.gives_back)
    SELECT coalesce((SELECT 'skipped' FROM closed), (SELECT status FROM before))
"""

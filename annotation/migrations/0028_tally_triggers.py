"""Items, answers and consensus are counted by PostgreSQL in the statement that writes them.

A statement leaves one row a project and count, whatever number of rows it wrote, and none where nothing changed. Rows
are only added, so nobody waits for another. Deleting a project for good takes its tallies along.
"""

from django.db import migrations

ITEMS = """
CREATE FUNCTION querent_tally_new_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, name, sum(n) FROM (
        SELECT project_id, 'items' AS name, count(*) AS n FROM new_rows GROUP BY project_id
        UNION ALL
        SELECT project_id, 'full', count(*) FROM new_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
        GROUP BY project_id) part
    GROUP BY project_id, name;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_gone_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, 'items', -count(*) FROM old_rows GROUP BY project_id
    UNION ALL
    SELECT project_id, 'full', -count(*) FROM old_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
    GROUP BY project_id;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_changed_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, 'full', sum(n) FROM (
        SELECT project_id, 1 AS n FROM new_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
        UNION ALL
        SELECT project_id, -1 FROM old_rows WHERE drawn_at IS NOT NULL AND open_slots = 0) part
    GROUP BY project_id HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
CREATE TRIGGER tally_new AFTER INSERT ON annotation_item REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_new_items();
CREATE TRIGGER tally_gone AFTER DELETE ON annotation_item REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_gone_items();
CREATE TRIGGER tally_changed AFTER UPDATE ON annotation_item REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_changed_items();
INSERT INTO annotation_tally (project_id, name, n) SELECT project_id, 'items', count(*) FROM annotation_item GROUP BY 1;
INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, 'full', count(*) FROM annotation_item WHERE drawn_at IS NOT NULL AND open_slots = 0 GROUP BY 1;
"""
ANSWERS = """
CREATE FUNCTION querent_minute(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS
    'SELECT floor(extract(epoch FROM moment) / 60)::bigint';
CREATE FUNCTION querent_tally_new_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, person, minute, n)
    SELECT project_id, 'answers', annotator_id, querent_minute(created_at), count(*) FROM new_rows GROUP BY 1, 3, 4;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_gone_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, person, minute, n)
    SELECT project_id, 'answers', annotator_id, querent_minute(created_at), -count(*) FROM old_rows GROUP BY 1, 3, 4;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_moved_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, person, minute, n)
    VALUES (OLD.project_id, 'answers', OLD.annotator_id, querent_minute(OLD.created_at), -1),
           (NEW.project_id, 'answers', NEW.annotator_id, querent_minute(NEW.created_at), 1);
    RETURN NULL;
END $$;
CREATE TRIGGER tally_new AFTER INSERT ON annotation_annotation REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_new_answers();
CREATE TRIGGER tally_gone AFTER DELETE ON annotation_annotation REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_gone_answers();
CREATE TRIGGER tally_moved AFTER UPDATE ON annotation_annotation FOR EACH ROW
    WHEN ((OLD.project_id, OLD.annotator_id, OLD.created_at)
          IS DISTINCT FROM (NEW.project_id, NEW.annotator_id, NEW.created_at))
    EXECUTE FUNCTION querent_tally_moved_answer();
INSERT INTO annotation_tally (project_id, name, person, minute, n)
    SELECT project_id, 'answers', annotator_id,
           CASE WHEN created_at >= now() - interval '1 day' THEN querent_minute(created_at) ELSE 0 END, count(*)
    FROM annotation_annotation GROUP BY 1, 3, 4;
"""
CONSENSUS = """
CREATE FUNCTION querent_tally_new_consensus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_confidencetally (project_id, thousandth, n, n_doubtful, sum_right, sum_spread)
    SELECT project_id, floor(probability * 1000)::smallint, count(*), count(*) FILTER (WHERE status = 'doubtful'),
           sum(round(probability * 1e9)), sum(round(probability * (1 - probability) * 1e9))
    FROM new_rows GROUP BY 1, 2;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_gone_consensus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_confidencetally (project_id, thousandth, n, n_doubtful, sum_right, sum_spread)
    SELECT project_id, floor(probability * 1000)::smallint, -count(*), -count(*) FILTER (WHERE status = 'doubtful'),
           -sum(round(probability * 1e9)), -sum(round(probability * (1 - probability) * 1e9))
    FROM old_rows GROUP BY 1, 2;
    RETURN NULL;
END $$;
CREATE FUNCTION querent_tally_changed_consensus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_confidencetally (project_id, thousandth, n, n_doubtful, sum_right, sum_spread)
    SELECT project_id, floor(probability * 1000)::smallint, sum(one),
           coalesce(sum(one) FILTER (WHERE status = 'doubtful'), 0),
           sum(one * round(probability * 1e9)), sum(one * round(probability * (1 - probability) * 1e9))
    FROM (SELECT project_id, probability, status, 1 AS one FROM new_rows
          UNION ALL SELECT project_id, probability, status, -1 FROM old_rows) part
    GROUP BY 1, 2;
    RETURN NULL;
END $$;
CREATE TRIGGER tally_new AFTER INSERT ON annotation_consensus REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_new_consensus();
CREATE TRIGGER tally_gone AFTER DELETE ON annotation_consensus REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_gone_consensus();
CREATE TRIGGER tally_changed AFTER UPDATE ON annotation_consensus
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION querent_tally_changed_consensus();
INSERT INTO annotation_confidencetally (project_id, thousandth, n, n_doubtful, sum_right, sum_spread)
    SELECT project_id, floor(probability * 1000)::smallint, count(*), count(*) FILTER (WHERE status = 'doubtful'),
           sum(round(probability * 1e9)), sum(round(probability * (1 - probability) * 1e9))
    FROM annotation_consensus GROUP BY 1, 2;
"""
BACK = {
    "annotation_item": ("new_items", "gone_items", "changed_items"),
    "annotation_annotation": ("new_answers", "gone_answers", "moved_answer"),
    "annotation_consensus": ("new_consensus", "gone_consensus", "changed_consensus"),
}


def _back(table: str) -> str:
    names = BACK[table]
    triggers = [f"DROP TRIGGER tally_{name.split('_')[0]} ON {table};" for name in names]
    functions = [f"DROP FUNCTION querent_tally_{name}();" for name in names]
    return "\n".join([*triggers, *functions])


class Migration(migrations.Migration):
    dependencies = [("annotation", "0027_tallies")]

    operations = [
        migrations.RunSQL(ITEMS, _back("annotation_item")),
        migrations.RunSQL(ANSWERS, _back("annotation_annotation") + "\nDROP FUNCTION querent_minute(timestamptz);"),
        migrations.RunSQL(CONSENSUS, _back("annotation_consensus")),
    ]

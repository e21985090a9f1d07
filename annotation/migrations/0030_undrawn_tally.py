"""Items that nobody was asked about are counted too, so that a random draw knows at once out of how many it is."""

from django.db import migrations, models

# Nobody writes items between the count and the moment from which the functions keep it.
COUNTED = """
LOCK TABLE annotation_item IN SHARE ROW EXCLUSIVE MODE;
CREATE OR REPLACE FUNCTION querent_tally_new_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, name, sum(n) FROM (
        SELECT project_id, 'items' AS name, count(*) AS n FROM new_rows GROUP BY project_id
        UNION ALL
        SELECT project_id, 'full', count(*) FROM new_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
        GROUP BY project_id
        UNION ALL
        SELECT project_id, 'undrawn', count(*) FROM new_rows WHERE drawn_at IS NULL AND open_slots > 0
        GROUP BY project_id) part
    GROUP BY project_id, name;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION querent_tally_gone_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, 'items', -count(*) FROM old_rows GROUP BY project_id
    UNION ALL
    SELECT project_id, 'full', -count(*) FROM old_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
    GROUP BY project_id
    UNION ALL
    SELECT project_id, 'undrawn', -count(*) FROM old_rows WHERE drawn_at IS NULL AND open_slots > 0
    GROUP BY project_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION querent_tally_changed_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, name, sum(n) FROM (
        SELECT project_id, 'full' AS name, 1 AS n FROM new_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
        UNION ALL
        SELECT project_id, 'full', -1 FROM old_rows WHERE drawn_at IS NOT NULL AND open_slots = 0
        UNION ALL
        SELECT project_id, 'undrawn', 1 FROM new_rows WHERE drawn_at IS NULL AND open_slots > 0
        UNION ALL
        SELECT project_id, 'undrawn', -1 FROM old_rows WHERE drawn_at IS NULL AND open_slots > 0) part
    GROUP BY project_id, name HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
DELETE FROM annotation_tally WHERE name = 'undrawn';
INSERT INTO annotation_tally (project_id, name, n)
    SELECT project_id, 'undrawn', count(*) FROM annotation_item WHERE drawn_at IS NULL AND open_slots > 0 GROUP BY 1;
"""
# The functions as they are go on; what they count besides is read by nobody then, and goes before a count anew.
BACK = "DELETE FROM annotation_tally WHERE name = 'undrawn'"


class Migration(migrations.Migration):
    dependencies = [("annotation", "0029_preferences")]

    operations = [
        migrations.AlterField(
            model_name="tally",
            name="name",
            field=models.CharField(
                choices=[
                    ("items", "Items"),
                    ("full", "drawn items without an open slot"),
                    ("undrawn", "items with an open slot that nobody was asked about"),
                    ("answers", "Answers"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(COUNTED, BACK),
    ]

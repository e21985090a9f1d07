"""A queue is written beside the one that people are served from.

What a worker of the version before publishes after this is of generation 0: the web processes of that version serve it,
those of this version serve the shuffle until the next training has published.
"""

from django.db import migrations, models

OF_PROJECT = """
    UPDATE annotation_queueentry entry SET generation = project.queue_generation
    FROM annotation_project project WHERE project.id = entry.project_id
"""
# Going back there may be only one queue.
REPLACED = """
    DELETE FROM annotation_queueentry entry USING annotation_project project
    WHERE project.id = entry.project_id AND entry.generation <> project.queue_generation
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0035_threads")]

    operations = [
        migrations.AddField(
            model_name="queueentry", name="generation", field=models.BigIntegerField(default=0, db_default=0)
        ),
        migrations.RunSQL(OF_PROJECT, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="queueentry", name="queue_item_once"),
        migrations.AddConstraint(
            model_name="queueentry",
            constraint=models.UniqueConstraint(fields=["project", "generation", "item"], name="queue_item_once"),
        ),
        migrations.RemoveIndex(model_name="queueentry", name="queue_rank"),
        migrations.AddIndex(
            model_name="queueentry", index=models.Index(fields=["project", "generation", "rank"], name="queue_rank")
        ),
        migrations.RunSQL(migrations.RunSQL.noop, REPLACED),
    ]

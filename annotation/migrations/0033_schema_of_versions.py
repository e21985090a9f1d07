"""Versions trained before their schema was kept get that of the newest answer they had looked at.

Without it a version counts as older than every change of classes, which is right only for those of projects whose
classes have not changed yet: a class that was renamed, and whose name went to another one, would be read twice.
"""

from django.db import migrations

KEEP_SCHEMA = """
    UPDATE annotation_modelversion version
    SET metrics = version.metrics || jsonb_build_object('schema_version', answer.schema_version)
    FROM annotation_annotationrevision answer, annotation_project project
    WHERE answer.id = version.trained_through AND project.id = version.project_id
      AND project.class_history <> '[]' AND NOT version.metrics ? 'schema_version'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotation", "0032_project_paused"),
    ]

    operations = [migrations.RunSQL(KEEP_SCHEMA, migrations.RunSQL.noop)]

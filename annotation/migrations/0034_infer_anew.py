"""Reports of before know no interval by confidence, and some are too narrow: all projects are looked at anew."""

from django.db import migrations

ASK = """
INSERT INTO annotation_workrequest (project_id, topic, created_at)
SELECT project_id, 'quality', now() FROM annotation_agreementreport
"""


class Migration(migrations.Migration):
    dependencies = [("annotation", "0033_schema_of_versions")]

    operations = [migrations.RunSQL(ASK, migrations.RunSQL.noop)]

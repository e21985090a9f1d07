import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0014_class_history")]

    operations = [
        migrations.CreateModel(
            name="QualityVersion",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="quality_version",
                        serialize=False,
                        to="annotation.project",
                    ),
                ),
                ("path", models.CharField(max_length=300)),
                ("checksum", models.CharField(max_length=64)),
                ("schema_version", models.PositiveIntegerField()),
                ("n_votes", models.PositiveIntegerField()),
                (
                    "n_updates",
                    models.PositiveIntegerField(default=0, help_text="Answers looked at one by one since."),
                ),
                ("created_at", models.DateTimeField()),
            ],
        ),
    ]

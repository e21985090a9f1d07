"""What begins a thread is found by project, the newest first: questions that nobody has answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0034_infer_anew")]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("parent__isnull", True)), fields=["project", "-id"], name="comment_begins_thread"
            ),
        ),
    ]

"""What a version of the guidelines puts in doubt: send_out_by_guidelines."""

from uuid import UUID

from django.contrib.auth.models import User

from annotation.errors import InvalidValue, NotFound
from annotation.models import GuidelineVersion, Project
from annotation.operations.sending_out import Narrowed, send_out_doubtful


def send_out_by_guidelines(
    *, project: Project, user: User, version: str, classes: list[str], votes: int = 1
) -> tuple[UUID, int]:
    """Sends out again what a version puts in doubt: items of these classes that nobody has answered since.

    Without classes it is what was in doubt before the version and still is. Returns the batch and how many items.
    Raises NotFound for a version that there is not, InvalidValue for a class that there is not.
    """
    is_number = version.isascii() and version.isdigit() and len(version) < 9
    found = GuidelineVersion.objects.filter(project=project, version=int(version)).first() if is_number else None
    if found is None:
        raise NotFound("There is no such version of the guidelines.")
    unknown = [name for name in classes if name not in project.class_names]
    if unknown:
        raise InvalidValue("Some classes are not of this project.", fields={"classes": ", ".join(unknown)[:200]})
    narrowed = Narrowed(answered_before=found.created_at, consensus=classes or None)
    return send_out_doubtful(project=project, user=user, votes=votes, below=1.1 if classes else 0.0, narrowed=narrowed)

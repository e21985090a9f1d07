"""What people decide about flags."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import BadRequest, Conflict
from annotation.models import Flag
from annotation.operations.projects import audit

DECISIONS = (Flag.Status.CONFIRMED, Flag.Status.DISMISSED)


def decide_flag(*, flag: Flag, user: User, status: str, note: str = "") -> Flag:
    """Returns the flag as confirmed or dismissed, with the reviewer's word and an audit event.

    Deciding twice in the same way is harmless. Raises Conflict when the flag was decided otherwise or its evidence is
    gone; of two reviewers at once one decides and the other is told. It changes no label and no person's weight: a
    wrong label is answered anew, and a person is paused by a manager.
    """
    if status not in DECISIONS:
        raise BadRequest("A flag can be confirmed or dismissed.", fields={"status": "confirmed or dismissed"})
    with transaction.atomic():
        decided = Flag.objects.filter(pk=flag.pk, status=Flag.Status.OPEN).update(
            status=status, note=note, decided_by=user, closed_at=Now()
        )
        flag.refresh_from_db()
        if not decided:
            return _same_or_refuse(flag, status)
        audit(
            project=flag.project,
            actor=user,
            verb=f"flag.{status}",
            target=f"flag:{flag.pk}",
            detail={"kind": flag.kind, "subject": flag.subject, "note": note},
        )
    return flag


def _same_or_refuse(flag: Flag, status: str) -> Flag:
    if flag.status == Flag.Status.CLOSED:
        raise Conflict("The evidence for this flag is gone, so it was closed.", code="flag_closed")
    if flag.status != status:
        raise Conflict(f"This flag was {flag.status} already.", code="flag_decided")
    return flag

"""Who is in a project, decided by several people at once."""

import pytest

from annotation.errors import Conflict
from annotation.models import Role
from annotation.operations.members import remove_member
from tests.factories import make_member, make_project
from tests.operations.test_labeling import at_once


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_remove_each_other_one_stays():
    for _ in range(3):
        project = make_project()
        project.role = Role.OWNER
        first, second = project.created_by, make_member(project, role=Role.OWNER)
        found = at_once(
            lambda project=project, a=first, b=second: remove_member(project=project, actor=a, username=b.username),
            lambda project=project, a=first, b=second: remove_member(project=project, actor=b, username=a.username),
        )
        assert sorted(type(one).__name__ for one in found) == [Conflict.__name__, "NoneType"]
        assert project.memberships.filter(role=Role.OWNER).count() == 1

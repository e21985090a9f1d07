"""Who is in a project, decided by several people at once."""

import pytest

from annotation.errors import Conflict, NotFound
from annotation.models import Role
from annotation.operations.members import add_member, remove_member
from tests.factories import make_member, make_project, make_user
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


@pytest.mark.django_db
@pytest.mark.parametrize(("is_admin", "way"), [(False, "Invite her by a link"), (True, "Give a password")])
def test_whoever_adds_an_unknown_name_is_told_the_way_that_is_open_to_her(is_admin, way):
    project = make_project()
    actor = make_user("maya")
    actor.is_superuser = is_admin
    with pytest.raises(NotFound, match=way):
        add_member(project=project, actor=actor, username="zoe", role=Role.ANNOTATOR)

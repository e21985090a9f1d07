"""Every address × method × role × own and foreign, from the router: one that is not listed here fails."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from annotation import access
from annotation.api.urls import urlpatterns
from annotation.models import Project
from tests.api.world import ROLES, World
from tests.factories import make_member, make_project, make_user

pytestmark = pytest.mark.django_db

# Not rights, but who may at all.
ANYBODY, SOMEBODY, ADMINISTRATOR, OWN_LEASE = "anybody", "somebody", "administrator", "own lease"

# "METHOD address": the right in access.NEEDS, or one of the four above.
RIGHTS = {
    "POST auth/token/": ANYBODY,
    "POST auth/session/": ANYBODY,
    "DELETE auth/session/": ANYBODY,
    "GET auth/methods/": ANYBODY,
    "POST auth/provider/": ANYBODY,
    "POST invitations/look/": ANYBODY,
    "POST invitations/accept/": ANYBODY,
    "GET health/": ANYBODY,
    "GET schema/": ANYBODY,
    "GET docs/": ANYBODY,
    "GET me/": SOMEBODY,
    "PATCH me/": SOMEBODY,
    "POST me/password/": SOMEBODY,
    "POST me/sign-out-elsewhere/": SOMEBODY,
    "GET tokens/": SOMEBODY,
    "POST tokens/": SOMEBODY,
    "DELETE tokens/{token_id}/": SOMEBODY,
    "GET projects/": SOMEBODY,
    "POST projects/": SOMEBODY,
    "GET audit/": ADMINISTRATOR,
    "GET assignments/{assignment_id}/annotation/": OWN_LEASE,
    "PUT assignments/{assignment_id}/annotation/": OWN_LEASE,
    "POST assignments/{assignment_id}/skip/": OWN_LEASE,
    "GET projects/{project_id}/": "see_project",
    "PATCH projects/{project_id}/": "change_project",
    "DELETE projects/{project_id}/": "delete_project",
    "POST projects/{project_id}/classes/merge/": "change_project",
    "GET projects/{project_id}/members/": "see_members",
    "POST projects/{project_id}/members/": "manage_members",
    "DELETE projects/{project_id}/members/{username}/": "manage_members",
    "GET projects/{project_id}/invitations/": "manage_members",
    "POST projects/{project_id}/invitations/": "manage_members",
    "DELETE projects/{project_id}/invitations/{invitation_id}/": "manage_members",
    "POST projects/{project_id}/members/{username}/pause/": "pause_people",
    "DELETE projects/{project_id}/members/{username}/pause/": "pause_people",
    "POST projects/{project_id}/members/{username}/training/": "pause_people",
    "GET projects/{project_id}/items/": "see_items",
    "GET projects/{project_id}/explore/": "see_items",
    "POST projects/{project_id}/items/": "import",
    "POST projects/{project_id}/imports/": "import",
    "POST projects/{project_id}/predictions/": "import",
    "POST projects/{project_id}/vectors/": "import",
    "POST projects/{project_id}/exports/": "export",
    "GET exports/{job_id}/file/": "export",
    "GET projects/{project_id}/jobs/": "see_jobs",
    "GET jobs/{job_id}/": "see_jobs",
    "POST projects/{project_id}/assignments/": "label",
    "GET projects/{project_id}/my/annotations/": "label",
    "GET projects/{project_id}/my/report/": "label",
    "GET projects/{project_id}/progress/": "see_progress",
    "GET projects/{project_id}/model/": "see_model",
    "POST projects/{project_id}/predict/": "predict",
    "GET projects/{project_id}/queue/": "see_queue",
    "GET projects/{project_id}/learning-curve/": "see_quality",
    "GET projects/{project_id}/agreement/": "see_quality",
    "GET projects/{project_id}/annotators/": "see_quality",
    "GET projects/{project_id}/annotators/{username}/report/": "see_quality",
    "GET projects/{project_id}/quality/": "see_quality",
    "GET projects/{project_id}/quality/export/": "see_quality",
    "GET projects/{project_id}/quality/classes/": "see_quality",
    "GET projects/{project_id}/quality/suggestions/": "see_quality",
    "GET projects/{project_id}/quality/weeks/": "see_quality",
    "POST projects/{project_id}/quality/send-out/": "send_out",
    "GET projects/{project_id}/flags/": "see_quality",
    "PATCH flags/{flag_id}/": "decide_flags",
    "POST flags/{flag_id}/actions/": "decide_flags",
    "POST flags/{flag_id}/undo/": "decide_flags",
    "GET projects/{project_id}/review/": "review",
    "GET projects/{project_id}/reviews/": "review",
    "POST projects/{project_id}/reviews/": "review",
    "POST projects/{project_id}/reviews/agreeing/": "review",
    "POST projects/{project_id}/reviews/batches/{batch}/undo/": "review",
    "POST reviews/{review_id}/undo/": "review",
    "GET items/{item_id}/": "see_items",
    "GET items/{item_id}/history/": "see_items",
    "GET items/{item_id}/image/": "see_items",
    "GET items/{item_id}/comments/": "comment",
    "POST items/{item_id}/comments/": "comment",
    "POST items/{item_id}/comments/seen/": "comment",
    "GET my/mentions/": SOMEBODY,
    "GET my/progress/": SOMEBODY,
    "GET projects/{project_id}/gold/": "review",
    "POST projects/{project_id}/gold/": "set_gold",
    "GET projects/{project_id}/gold/proposals/": "review",
    "DELETE projects/{project_id}/gold/{item_id}/": "set_gold",
    "GET projects/{project_id}/guidelines/": "see_quality",
    "POST projects/{project_id}/guidelines/{version}/send-out/": "send_out",
    "POST projects/{project_id}/policy/preview/": "change_project",
    "GET projects/{project_id}/models/": "see_models",
    "POST projects/{project_id}/models/roll-back/": "pin_models",
    "GET projects/{project_id}/models/{number}/": "see_models",
    "GET projects/{project_id}/models/{number}/compare/": "see_models",
    "POST projects/{project_id}/models/{number}/pin/": "pin_models",
    "DELETE projects/{project_id}/models/{number}/pin/": "pin_models",
    "GET projects/{project_id}/models/{number}/download/": "download_models",
    "GET projects/{project_id}/audit/": "see_audit",
}
BODIES = {
    "POST flags/{flag_id}/actions/": {"action": "relabel"},
    "POST projects/{project_id}/gold/": {"items": []},
    "POST projects/{project_id}/members/": {"username": "newcomer", "role": "reviewer"},
    "PUT assignments/{assignment_id}/annotation/": {"value": {"class": "ham"}},
}
# Whoever may is told that there is no such thing: it was not made here.
NOTHING_THERE = {
    "GET items/{item_id}/image/",
    "GET assignments/{assignment_id}/annotation/",
    "POST projects/{project_id}/guidelines/{version}/send-out/",
    "DELETE projects/{project_id}/gold/{item_id}/",
    "DELETE projects/{project_id}/members/{username}/pause/",
    "DELETE projects/{project_id}/invitations/{invitation_id}/",
}


def routes() -> Iterator[str]:
    """Yields "METHOD address" for everything that the router knows."""
    for pattern in urlpatterns:
        address = re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        view = getattr(pattern.callback, "view_class", None)
        methods = ("get", "post", "put", "patch", "delete") if view else ("get",)
        if address:  # the last pattern is "there is no such address"
            yield from (f"{name.upper()} {address}" for name in methods if view is None or hasattr(view, name))


def test_every_address_is_listed_and_nothing_else():
    assert set(routes()) == set(RIGHTS)


def call_route(world: World, client, route: str) -> tuple[int, str]:
    """Returns status and code of the answer; whatever it did is undone."""
    method, _, address = route.partition(" ")
    with transaction.atomic():
        ids = dict(world.ids)
        if "{assignment_id}" in address:
            ids["assignment_id"] = world.lease_of(client.lease_owner).pk
        options = {"data": BODIES.get(route, {}), "format": "json"} if method != "GET" else {}
        response = getattr(client.http, method.lower())(f"/api/v1/{address.format(**ids)}", **options)
        is_json = response.get("Content-Type") == "application/json"
        told = response.json() if is_json and not response.streaming else ""
        transaction.set_rollback(True)
    return response.status_code, told["error"]["code"] if isinstance(told, dict) and "error" in told else ""


@pytest.fixture
def world() -> World:
    return World()


def least_of(right: str) -> int:
    """Returns the place of the smallest role that has the right."""
    return ROLES.index(access.NEEDS[right].value) if right in access.NEEDS else 0


class Caller:
    """Calls one route as different people, with different tokens; what a call did is undone."""

    def __init__(self, world: World, client_of: type, route: str) -> None:
        self.world, self.client_of, self.route, self.right = world, client_of, route, RIGHTS[route]

    def __call__(self, person: User | None, *, lease_owner: User | None = None, **limits) -> tuple[int, str]:
        client = self.client_of(person, **limits)
        client.lease_owner = lease_owner or person or self.world.people["annotator"]
        return call_route(self.world, client, self.route)


@pytest.mark.parametrize("route", sorted(RIGHTS))
def test_who_may(world: World, client_of, route: str) -> None:
    call = Caller(world, client_of, route)
    assert (call(None)[0] == 401) is (call.right is not ANYBODY)
    check_roles(call)
    check_those_who_do_not_belong(call)
    if call.right is not ANYBODY:
        check_limited_tokens(call)


def check_roles(call: Caller) -> None:
    for place, role in enumerate(ROLES):
        status, code = call(call.world.people[role])
        assert status < 500, (role, status)
        if call.right is ADMINISTRATOR or place < least_of(call.right):
            assert (status, code) == (403, "forbidden"), role
        elif call.right is not ANYBODY:
            assert status not in (401, 403), role
            assert status != 404 or call.right is SOMEBODY or _lacks(call.route), role


def check_those_who_do_not_belong(call: Caller) -> None:
    if call.right in access.NEEDS:
        for person in (make_user("stranger"), call.world.elsewhere):
            assert call(person) == (404, "not_found")
        assert call(make_user("administrator", is_superuser=True))[0] not in (401, 403)
    if call.right is OWN_LEASE:
        for person in (call.world.people["owner"], call.world.elsewhere):
            assert call(person, lease_owner=call.world.people["annotator"]) == (404, "not_found")


def check_limited_tokens(call: Caller) -> None:
    """Reading only; and another project only."""
    owner = call.world.people["owner"]
    if not call.route.startswith("GET "):
        assert call(owner, read_only=True) == (403, "forbidden")
    elif call.right is not ADMINISTRATOR:
        assert call(owner, read_only=True)[0] not in (401, 403)
    other = Project.objects.exclude(pk=call.world.project.pk).get()
    make_member(other, user=owner, role="owner")
    answer = call(owner, project=other)
    if call.right in access.NEEDS or call.right is OWN_LEASE:
        assert answer == (404, "not_found")
    elif call.route not in ("GET me/", "GET projects/"):
        assert answer == (403, "forbidden")


def _lacks(route: str) -> bool:
    """Whether the answer is about a file or a state that the world does not have."""
    return route in NOTHING_THERE or any(part in route for part in ("download", "roll-back", "/pin/", "/file/"))


def test_a_limited_token_tells_of_no_other_project(world: World, client_of) -> None:
    owner = world.people["owner"]
    other = make_project(owner=owner)
    limited = client_of(owner, project=world.project)
    assert [row["id"] for row in limited.call("GET", "projects/")[1]["results"]] == [world.project.pk]
    assert [row["project"] for row in limited.call("GET", "me/")[1]["memberships"]] == [world.project.pk]
    assert limited.call("GET", f"projects/{other.pk}/")[0] == 404

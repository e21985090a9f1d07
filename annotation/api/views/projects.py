"""Projects and their people."""

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, conditional, paging, serializers, shapes
from annotation.api.idempotency import creates
from annotation.api.views.base import View, checked, documented, person, shaped
from annotation.operations import members, projects


class Projects(View):
    @documented(responses=answers.Projects, operation_id="projects_list")
    def get(self, request: Request) -> Response:
        """The projects that one can see, the newest first."""
        paging.allowed_filters(request)
        return Response(paging.by_id(request, access.projects_of(person(request)), shapes.project, newest_first=True))

    @documented(request=serializers.NewProject, responses={201: serializers.Project})
    @creates
    def post(self, request: Request) -> Response:
        """A new project; its creator becomes its owner."""
        access.require_unlimited(person(request))
        project = projects.create_project(user=person(request), **checked(serializers.NewProject, request))
        return Response(
            shapes.project(access.project_for(person(request), project.pk, needs="see_project")), status=201
        )


class OneProject(View):
    versioned = ("PATCH", "DELETE")

    @documented(responses=serializers.Project, parameters=[conditional.ETAG])
    def get(self, request: Request, project_id: str) -> Response:
        """One project, with the caller's role in it."""
        return _shown(request, project_id)

    @conditional.documents()
    @documented(request=serializers.ProjectChanges, responses={200: serializers.Project} | conditional.refusals())
    def patch(self, request: Request, project_id: str) -> Response:
        """Changes name, classes, guidelines or settings; all that is named, or nothing.

        With If-Match only what one has read: of two people who save at once, one is told.
        """
        project = access.project_for(person(request), project_id, needs="change_project")
        check = conditional.project_if_match(request, project.role)
        shaped(serializers.ProjectChanges, request)  # for its shape; unknown names are refused by the operation
        projects.change_project(project=project, user=person(request), changes=dict(request.data), check=check)
        return _shown(request, project_id)

    @conditional.documents(needed=True)
    @documented(responses={204: None} | conditional.refusals(needed=True))
    def delete(self, request: Request, project_id: str) -> Response:
        """Deletes the project for everybody at once, as one has read it; `If-Match: *` for however it is."""
        project = access.project_for(person(request), project_id, needs="delete_project")
        check = conditional.project_if_match(request, project.role, needed=True)
        projects.delete_project(project=project, actor=person(request), check=check)
        return Response(status=204)


class MergedClasses(View):
    versioned = ("POST",)

    @conditional.documents(needed=True)
    @documented(request=serializers.Merging, responses={200: serializers.Project} | conditional.refusals(needed=True))
    def post(self, request: Request, project_id: str) -> Response:
        """Makes several classes one; their answers mean that one from now on, for good. Again it changes nothing."""
        project = access.project_for(person(request), project_id, needs="change_project")
        check = conditional.project_if_match(request, project.role, needed=True)
        given = checked(serializers.Merging, request)
        projects.merge_classes(project=project, user=person(request), check=check, **given)
        return _shown(request, project_id)


def _shown(request: Request, project_id: str) -> Response:
    """The project as it is now, with its tag."""
    project = access.project_for(person(request), project_id, needs="see_project")
    return conditional.tagged(shapes.project(project))


class Members(View):
    @documented(responses=answers.Members)
    def get(self, request: Request, project_id: str) -> Response:
        """The members with their roles."""
        project = access.project_for(person(request), project_id, needs="see_members")
        paging.allowed_filters(request)
        return Response(paging.by_id(request, access.members_of(project), shapes.member))

    @documented(request=serializers.NewMember, responses={201: serializers.Member})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Adds a member or changes her role. An administrator may make the account by giving a password."""
        project = access.project_for(person(request), project_id, needs="manage_members")
        given = checked(serializers.NewMember, request)
        if given.get("password") is not None:  # an account is more than this project
            access.require_unlimited(person(request))
        membership = members.add_member(project=project, actor=person(request), **given)
        return Response(shapes.member(access.members_of(project).get(pk=membership.pk)), status=201)


class OneMember(View):
    @documented(responses={204: None})
    def delete(self, request: Request, project_id: str, username: str) -> Response:
        """Ends a membership; the person's answers stay."""
        project = access.project_for(person(request), project_id, needs="manage_members")
        members.remove_member(project=project, actor=person(request), username=username)
        return Response(status=204)

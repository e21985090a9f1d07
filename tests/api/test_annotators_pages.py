"""`annotators/` page by page."""

import pytest

from tests.factories import make_annotation, make_item, make_member, make_project

pytestmark = pytest.mark.django_db


def test_everybody_once_over_all_pages(client_of):
    project = make_project()
    for n in range(5):
        person = make_member(project)
        for _ in range(n % 3):
            make_annotation(make_item(project), person, "ham")
    owner, seen, pages = client_of(project.created_by), [], 0
    path = f"projects/{project.pk}/annotators/?limit=2"
    while path:
        status, page = owner.call("GET", path)
        assert status == 200
        seen += [row["username"] for row in page["results"]]
        path, pages = page["next"] and page["next"].partition("/api/v1/")[2], pages + 1
    assert (len(seen), len(set(seen)), pages) == (6, 6, 3)
    assert owner.call("GET", f"projects/{project.pk}/annotators/")[1]["next"] is None


@pytest.mark.parametrize("query", ["cursor=WzFd", "limit=201", "limit=0", "order=name"])
def test_what_is_no_page_is_refused(client_of, query):
    project = make_project()
    assert client_of(project.created_by).call("GET", f"projects/{project.pk}/annotators/?{query}")[0] == 400

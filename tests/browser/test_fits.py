"""What is wide fits the page of a small laptop, and on a phone the menu fades where it goes on."""

from playwright.sync_api import Page, expect

from annotation.models import Membership, Project, Role
from tests.browser.conftest import Site
from tests.browser.test_review import project

__all__ = ["project"]

OVERFLOW = "element => element.scrollWidth - element.clientWidth"


def test_people_fit_a_small_laptop_and_the_menu_of_a_phone_fades(page: Page, site: Site, project: Project) -> None:
    Membership.objects.filter(project=project, user__username="rita").update(role=Role.MANAGER)
    site.log_in(page, "rita", path=f"/projects/{project.pk}")
    table = page.get_by_role("region", name="People, table")
    expect(table.get_by_role("columnheader", name="Typical time")).to_be_visible()
    assert table.evaluate(OVERFLOW) <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    menu = page.get_by_role("navigation", name="Main")
    assert menu.evaluate(OVERFLOW) > 0
    assert "gradient" in menu.evaluate("element => getComputedStyle(element).maskImage")
    menu.evaluate("element => element.scrollTo(9999, 0)")
    out, edge = page.get_by_role("button", name="Log out").bounding_box(), menu.bounding_box()
    assert out
    assert edge
    assert out["x"] + out["width"] <= edge["x"] + edge["width"] - 24

"""The annotator's page by keyboard alone: answer, take back, change, lose the network, come back."""

from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from annotation.models import Annotation, AnnotationRevision, Assignment, Project
from annotation.operations.labeling import skip_item
from tests.browser.conftest import Site, tab_to
from tests.browser.test_accessibility import AXE, offences
from tests.stack import eventually


def until(claim: Callable[[], bool]) -> None:
    """Returns once the claim about the database holds."""
    assert eventually(claim), "it did not become true"


def requests_of(page: Page) -> Callable[[], set[Request]]:
    """Returns what tells the requests that have no answer yet."""
    unanswered = set[Request]()

    def sent(request: Request) -> None:
        unanswered.add(request)

    def ended(request: Request) -> None:
        unanswered.discard(request)

    page.on("request", sent)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)

    def look() -> set[Request]:
        page.wait_for_timeout(50)  # meanwhile the browser tells what has come
        return unanswered

    return look


def answers(project: Project) -> dict[str, str]:
    """What each text was answered with."""
    rows = Annotation.objects.filter(project=project).select_related("item")
    return {row.item.data["text"]: row.value["class"] for row in rows}


def start_labelling(site: Site, page: Page, project: Project) -> None:
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    expect_text(page, "message 1")


def expect_text(page: Page, text: str) -> None:
    expect(page.get_by_role("article", name="Item").get_by_text(text, exact=True)).to_be_visible()


def expect_saved(page: Page) -> None:
    expect(page.locator("header .state", has_text="Saved")).to_be_visible()


def test_thirty_items_and_three_taken_back_by_keyboard_alone(site: Site, page: Page) -> None:
    project = site.project(n_items=30)
    site.annotator(project, "ana")
    page.goto(site.base_url)
    tab_to(page, page.get_by_label("Username"))
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name=f"Label in {project.name}"))
    page.keyboard.press("Enter")
    wanted = {f"message {n}": "spam" if n % 3 == 0 else "ham" for n in range(1, 31)}
    for number, (text, name) in enumerate(wanted.items(), 1):
        expect_text(page, text)
        page.keyboard.press("2" if name == "spam" else "1")
        if number in (7, 14, 21):
            _take_back(page, text, "1" if name == "spam" else "2")
            wanted[text] = "ham" if name == "spam" else "spam"
        until(lambda n=number: len(answers(project)) == n)  # two requests at once may draw in either order
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    expect_saved(page)
    until(lambda: answers(project) == wanted)
    assert AnnotationRevision.objects.count() == 33
    assert all(0 <= seconds < 60 for seconds in Annotation.objects.values_list("seconds", flat=True))


def _take_back(page: Page, text: str, key: str) -> None:
    """The answer just given is looked at again and given anew; it has left by then."""
    expect(page.get_by_role("article", name="Item").get_by_text(text, exact=True)).to_have_count(0)
    expect_saved(page)
    page.keyboard.press("Backspace")
    expect_text(page, text)
    expect(page.get_by_role("button", pressed=True)).to_have_count(1)
    page.keyboard.press(key)
    expect(page.get_by_role("article", name="Item").get_by_text(text, exact=True)).to_have_count(0)


def test_space_leaves_an_answer_that_was_taken_back(site: Site, page: Page) -> None:
    project = site.project(n_items=4)
    start_labelling(site, page, project)
    page.keyboard.press("1")
    expect_text(page, "message 2")
    page.keyboard.press("Backspace")
    expect_text(page, "message 1")
    page.keyboard.press("Space")
    expect_text(page, "message 2")
    until(lambda: answers(project) == {"message 1": "ham"})
    assert AnnotationRevision.objects.count() == 1


def test_answers_are_changed_in_the_history(site: Site, page: Page) -> None:
    project = site.project(n_items=5)
    start_labelling(site, page, project)
    for number in (2, 3, 4):
        page.keyboard.press("1")
        expect_text(page, f"message {number}")
        until(lambda n=number: len(answers(project)) == n - 1)
    page.keyboard.press("h")
    drawer = page.get_by_role("complementary", name="Your last answers")
    expect(drawer.get_by_role("group", name="change the answer at once").get_by_role("button")).to_have_count(2)
    expect(page.locator("[inert] kbd").first).not_to_be_visible()
    for key in ("Space", "f", "w", "Backspace"):  # keys of the question, which nobody is looking at
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("2")
    until(lambda: answers(project) == {"message 1": "spam", "message 2": "ham", "message 3": "ham"})
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect_text(page, "message 2")
    page.keyboard.press("2")
    expect_text(page, "message 4")
    until(lambda: answers(project)["message 2"] == "spam")
    assert not Assignment.objects.filter(status=Assignment.Status.SKIPPED).exists()


def test_the_history_survives_a_reload(site: Site, page: Page) -> None:
    project = site.project(n_items=3)
    start_labelling(site, page, project)
    page.keyboard.press("1")
    expect_saved(page)
    until(lambda: len(answers(project)) == 1)
    page.reload()
    expect_text(page, "message 2")
    expect(page.get_by_role("button", name="Take back")).to_be_enabled()
    page.keyboard.press("Backspace")
    expect_text(page, "message 1")
    page.keyboard.press("Enter")
    expect_text(page, "message 2")


def test_offline_for_ten_answers_and_back(site: Site, page: Page, context: BrowserContext) -> None:
    context.add_init_script("localStorage.setItem('querent.ahead', 'many')")
    project = site.project(n_items=13)
    on_its_way = requests_of(page)
    start_labelling(site, page, project)
    until(lambda: Assignment.objects.count() == 12)
    until(lambda: not on_its_way())
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    expect(page.get_by_text("about 13 answers to go").first).to_be_visible()
    context.set_offline(True)
    for number in range(2, 12):
        page.keyboard.press("2" if number % 2 else "1")
        expect_text(page, f"message {number}")
    expect(page.get_by_text("Offline · 10 waiting on this device").first).to_be_visible()
    expect(page.get_by_role("button", name="All keys")).to_be_in_viewport(ratio=1)
    assert answers(project) == {}
    page.reload()
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.get_by_text("10 answers wait on this device.")).to_be_visible()
    if AXE.is_file():
        assert offences(page) == []
    context.set_offline(False)
    expect_saved(page)
    until(lambda: answers(project) == {f"message {n}": "spam" if (n + 1) % 2 else "ham" for n in range(1, 11)})
    assert AnnotationRevision.objects.count() == 10


def test_unsent_answers_survive_a_reload(site: Site, page: Page, context: BrowserContext) -> None:
    project = site.project(n_items=6)
    start_labelling(site, page, project)
    context.route("**/annotation/", lambda route: route.abort())
    page.keyboard.press("2")
    page.keyboard.press("1")
    expect_text(page, "message 3")
    expect(page.get_by_text("2 waiting on this device").first).to_be_visible()
    expect(page.get_by_role("link", name="twelve can be kept ready")).to_have_attribute("href", "/account")
    page.reload()
    expect_text(page, "message 3")
    context.unroute("**/annotation/")
    until(lambda: answers(project) == {"message 1": "spam", "message 2": "ham"})
    expect_saved(page)


def test_a_skip_has_a_reason_and_can_be_taken_back(site: Site, page: Page) -> None:
    project = site.project(n_items=4)
    start_labelling(site, page, project)
    expect(page.get_by_text("In random order")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect_text(page, "message 2")
    page.keyboard.press("Backspace")
    expect_text(page, "message 1")
    expect(page.get_by_text("In random order")).to_be_visible()
    page.keyboard.press("f")
    expect_text(page, "message 2")
    skipped = Assignment.objects.filter(status=Assignment.Status.SKIPPED)
    until(lambda: list(skipped.values_list("item__data__text", "skip_reason")) == [("message 1", "not sure")])


def test_a_refused_answer_comes_back_with_its_reason(site: Site, page: Page) -> None:
    project = site.project(n_items=4)
    start_labelling(site, page, project)
    skip_item(assignment=Assignment.objects.get(item__data__text="message 1"), reason="by another program")
    page.keyboard.press("2")
    expect_text(page, "message 2")
    page.get_by_role("button", name="1 answer came back").wait_for()
    page.keyboard.press("r")
    drawer = page.get_by_role("complementary", name="Answers that came back")
    expect(drawer.get_by_text("message 1")).to_be_visible()
    expect(drawer.get_by_text("spam")).to_be_visible()
    drawer.get_by_role("button", name="Let go").press("Enter")
    expect_saved(page)


def test_text_is_never_markup(site: Site, page: Page) -> None:
    text = '<img src=x onerror="document.title=1">\n  two  spaces'
    project = site.project_of([text])
    site.annotator(project, "ana")
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    shown = page.locator("#item-text .verbatim")
    expect(shown).to_be_visible()
    assert shown.inner_text() == text
    assert shown.locator("img").count() == 0


def test_two_people_never_see_the_same_item(site: Site, page: Page, context: BrowserContext) -> None:
    project = site.project(n_items=6)
    start_labelling(site, page, project)
    site.annotator(project, "bo")
    assert context.browser is not None
    other_context = context.browser.new_context()
    other = other_context.new_page()
    site.log_in(other, "bo", path=f"/projects/{project.pk}/label")
    expect_text(other, "message 4")
    for person in (page, other):
        for _ in range(3):
            item = person.get_by_role("article", name="Item")
            shown = item.get_by_text("message").inner_text()
            person.keyboard.press("1")
            expect(item.get_by_text(shown, exact=True)).to_have_count(0)
    for person in (page, other):
        expect(person.get_by_role("heading", name="Every item has its answers")).to_be_visible()
    assert len(answers(project)) == Annotation.objects.count() == 6
    other_context.close()


def test_a_key_can_be_changed_and_a_clash_is_refused(site: Site, page: Page) -> None:
    project = site.project(n_items=3)
    start_labelling(site, page, project)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change the key of Not sure").press("Enter")
    page.keyboard.press("h")
    expect(page.get_by_text("That key is “History” already")).to_be_visible()
    page.get_by_role("button", name="Change the key of Not sure").press("Enter")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Change the key of Not sure, now n")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect_text(page, "message 2")
    page.keyboard.press("1")
    until(lambda: answers(project) == {"message 2": "ham"})


def test_two_classes_by_swipe_on_a_phone(site: Site, browser: Browser) -> None:
    project = site.project(n_items=3)
    site.annotator(project, "ana")
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    site.log_in(page, "ana", path=f"/projects/{project.pk}/label")
    expect_text(page, "message 1")
    expect(page.get_by_text("Read the item, then tap its answer.")).to_be_visible()
    touch = context.new_cdp_session(page)
    for number, to in ((2, 320), (3, 40)):
        points = [{"x": 180, "y": 300}, {"x": to, "y": 305}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points[1:]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect_text(page, f"message {number}")
    until(lambda: answers(project) == {"message 1": "spam", "message 2": "ham"})
    context.close()


def test_the_palette_finds_commands_and_the_search_finds_classes(site: Site, page: Page) -> None:
    classes = tuple(f"topic {number}" for number in range(1, 41))
    project = site.project(n_items=3, classes=classes)
    start_labelling(site, page, project)
    page.keyboard.press("/")
    page.keyboard.type("topic 39")
    page.keyboard.press("Enter")
    expect_text(page, "message 2")
    page.keyboard.press("Control+k")
    page.keyboard.type("all keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    until(lambda: answers(project) == {"message 1": "topic 39"})


def test_the_last_item_skipped_leaves_an_honest_page(site: Site, page: Page) -> None:
    project = site.project(n_items=1)
    start_labelling(site, page, project)
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="The next items come in a moment")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing for you here")).to_be_visible()
    expect(page.get_by_text("to go for the team")).to_have_count(0)


def test_the_page_is_never_blank_while_it_looks_for_the_next_item(site: Site, page: Page) -> None:
    start_labelling(site, page, site.project(n_items=1))
    expect(page.get_by_text("at most 10 answers to go for the team").first).to_be_visible()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/annotation/", hold)
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="Looking for the next item")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_role("heading", name="Every item has its answers")).to_be_visible()

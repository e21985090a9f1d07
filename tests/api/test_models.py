"""Versions of the model: listed, compared, pinned, rolled back."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from annotation.models import AuditEvent, ModelVersion, Project, QueueEntry, Role, Stream, Topic
from annotation.operations import outbox
from annotation.operations.collection import collect_artifacts
from annotation.operations.outbox import request_work
from annotation.operations.projects import change_project
from annotation.operations.quality import infer_quality
from annotation.queries import versions
from annotation.stored import _models
from tests.factories import make_member
from tests.operations.kinds_world import taught as taught_kind
from tests.operations.learning_world import answer, run, taught, truth

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lanes_without_rest(monkeypatch):
    monkeypatch.setattr(outbox, "REST_SHARE", {})


def trained(n_versions: int) -> Project:
    """A project with so many versions; each later one has learned from ten more protected and ten more other labels."""
    project, items, annotator = taught(n_items=200, n_labels=20)
    for number in range(1, n_versions):
        for place in range(20 * number, 20 * number + 20):
            stream = Stream.RANDOM if place % 4 > 1 else Stream.MODEL
            answer(items[place], annotator, truth(place), stream=stream)
        run(project, Topic.LEARN, Topic.SCORE)
    return project


@pytest.fixture
def world(client_of):
    project = trained(3)
    return project, client_of(make_member(project, role=Role.MANAGER)), f"projects/{project.pk}/"


def test_versions_are_listed_newest_first_by_pages(world):
    _, manager, path = world
    status, page = manager.call("GET", f"{path}models/?limit=2")
    assert status == 200
    assert [row["number"] for row in page["results"]] == [3, 2]
    assert [row["is_serving"] for row in page["results"]] == [True, False]
    assert all(row["is_stored"] for row in page["results"])
    rest = manager.call("GET", path + "models/" + page["next"][page["next"].index("?") :])[1]
    assert ([row["number"] for row in rest["results"]], rest["next"]) == ([1], None)


def test_one_version_tells_class_by_class(world):
    _, manager, path = world
    status, found = manager.call("GET", f"{path}models/3/")
    assert status == 200
    assert [row["class"] for row in found["by_class"]] == ["ham", "spam"]
    assert sum(row["n"] for row in found["by_class"]) == found["n_protected"] == 20
    assert found["by_class"][0]["recall"]["estimate"] == 1
    assert found["confused"] == []
    assert found["calibration"]["bins"]
    assert manager.call("GET", f"{path}models/1/")[1]["by_class"] is None
    for junk in ("4", "0", "-1", "x", str(2**63), "9" * 30):
        assert manager.call("GET", f"{path}models/{junk}/")[0] == 404


@pytest.mark.parametrize(("kind", "names"), [("multichoice", ["ham", "spam"]), ("spans", ["who"])])
def test_where_an_item_may_have_several_classes_each_has_figures_too(client_of, kind, names):
    project = taught_kind(kind)
    path = f"projects/{project.pk}/models/1/"
    found = client_of(make_member(project, role=Role.MANAGER)).call("GET", path)[1]
    assert [one["class"] for one in found["by_class"]] == names
    assert all(one["n"] > 5 and one["f1"]["estimate"] > 0.6 for one in found["by_class"])
    assert isinstance(found["confused"], list)
    if kind == "multichoice":
        newest, shift = found["drift"]["newest"], found["drift"]["shift"]
        assert newest["low"] <= newest["estimate"] <= newest["high"]
        assert shift["column"] in range(2)


def test_two_versions_are_compared_on_the_same_items(world):
    project, manager, path = world
    run_quality(project)
    status, found = manager.call("GET", f"{path}models/2/compare/?with=3")
    assert (status, found["because"]) == (200, None)
    assert [row["number"] for row in found["versions"]] == [2, 3]
    assert found["probe"]["n"] == 200
    assert found["probe"]["agreement"] > 0.9
    assert found["protected"]["n"] == 10, "those that both were measured on"
    assert found["protected"]["both_right"] == 10
    for junk in ("", "?with=", "?with=x", "?with=-1", "?with=%C2%B2"):
        status, refused = manager.call("GET", f"{path}models/2/compare/{junk}")
        assert (status, list(refused["error"]["fields"])) == (400, ["with"])
    assert manager.call("GET", f"{path}models/2/compare/?with=7")[0] == 404
    same = manager.call("GET", f"{path}models/2/compare/?with=2")[1]
    assert (same["probe"]["kappa"], same["probe"]["changed"]) == (1.0, [])


def test_versions_are_held_against_the_classes_of_today(world):
    project, manager, path = world
    change_project(
        project=project, user=project.created_by, changes={"classes": ["spam", {"name": "mail", "was": "ham"}]}
    )
    run_quality(project)
    found = manager.call("GET", f"{path}models/2/compare/?with=3")[1]["protected"]
    assert (found["n"], found["both_right"]) == (10, 10)


def run_quality(project: Project) -> None:
    request_work(project_id=project.pk, topic=Topic.QUALITY)
    outbox.run_lane(project_id=project.pk, topic=Topic.QUALITY, operation=infer_quality)


def test_other_classes_and_lost_files_are_said_not_compared(world):
    _, manager, path = world
    ModelVersion.objects.filter(number=1).update(classes=["a", "b"])
    assert "different classes" in manager.call("GET", f"{path}models/1/compare/?with=3")[1]["because"]
    default_storage.delete(ModelVersion.objects.get(number=2).path)
    assert "not kept" in manager.call("GET", f"{path}models/2/compare/?with=3")[1]["because"]


def test_a_pinned_version_serves_while_trainings_go_on(world):
    project, manager, path = world
    status, row = manager.call("POST", f"{path}models/2/pin/")
    assert (status, row["number"], row["is_pinned"], row["is_serving"], row["is_newest"]) == (200, 2, True, True, False)
    item, annotator = project.items.last(), make_member(project)
    answer(item, annotator, "ham")
    run(project, Topic.LEARN, Topic.SCORE)
    model = manager.call("GET", f"{path}model/")[1]
    assert (model["version"], model["labels_behind"]) == (4, 0), "freshness never falls"
    assert (model["serving"]["version"], model["serving"]["pinned"]) == (2, True)
    measured = ModelVersion.objects.get(number=2).metrics
    assert [model["serving"][name] for name in ("performance", "agreement")] == [
        measured.get(name) for name in ("performance", "agreement")
    ]
    predicted = manager.call("POST", f"{path}predict/", {"items": [{"text": "prize"}]})[1]
    assert predicted["model_version"] == 2
    assert set(QueueEntry.objects.served().values_list("model_version", flat=True)) == {2}
    assert manager.call("POST", f"{path}models/2/pin/")[0] == 200
    assert AuditEvent.objects.filter(verb="model.pinned").count() == 1, "again changes nothing"

    assert manager.call("DELETE", f"{path}models/3/pin/")[0] == 409
    status, row = manager.call("DELETE", f"{path}models/2/pin/")
    assert (status, row["number"], row["is_serving"]) == (200, 4, True)
    run(project, Topic.SCORE)
    assert set(QueueEntry.objects.served().values_list("model_version", flat=True)) == {4}
    assert AuditEvent.objects.filter(verb="model.unpinned").count() == 1


def test_rolling_back_goes_one_version_at_a_time(world):
    _, manager, path = world
    assert manager.call("POST", f"{path}models/roll-back/")[1]["number"] == 2
    assert manager.call("POST", f"{path}models/roll-back/")[1]["number"] == 1
    status, refused = manager.call("POST", f"{path}models/roll-back/")
    assert (status, refused["error"]["code"]) == (409, "no_earlier_model")
    assert AuditEvent.objects.filter(verb="model.rolled_back").count() == 2


def test_rolling_back_with_one_key_goes_back_once(world):
    _, manager, path = world
    first, second = (
        manager.call("POST", f"{path}models/roll-back/", None, **{"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert first == second
    assert first[1]["number"] == 2


def test_a_version_without_files_cannot_be_pinned_and_is_passed_over(world):
    _, manager, path = world
    default_storage.delete(ModelVersion.objects.get(number=2).path)
    status, refused = manager.call("POST", f"{path}models/2/pin/")
    assert (status, refused["error"]["code"]) == (409, "model_files_gone")
    assert manager.call("POST", f"{path}models/roll-back/")[1]["number"] == 1


def test_the_queue_goes_on_by_the_newest_when_a_pinned_file_is_lost(world):
    project, manager, path = world
    manager.call("POST", f"{path}models/2/pin/")
    with open(default_storage.path(ModelVersion.objects.get(number=2).path), "wb") as file:
        file.write(b"other bytes")
    _models.kept.clear()
    run(project, Topic.SCORE)
    assert set(QueueEntry.objects.served().values_list("model_version", flat=True)) == {3}
    assert manager.call("POST", f"{path}predict/", {"items": [{"text": "x"}]})[0] == 409


def test_files_of_pinned_and_compared_versions_are_kept(world, monkeypatch):
    _, manager, path = world
    monkeypatch.setattr(versions, "KEPT_VERSIONS", 1)
    monkeypatch.setattr("annotation.operations.collection.KEPT_FOR", -timedelta(hours=1))
    manager.call("POST", f"{path}models/2/pin/")
    ModelVersion.objects.filter(number=1).update(metrics={})
    collect_artifacts()
    stored = {row["number"]: row["is_stored"] for row in manager.call("GET", f"{path}models/")[1]["results"]}
    assert stored == {3: True, 2: True, 1: False}
    for number, kept in stored.items():
        assert default_storage.exists(ModelVersion.objects.get(number=number).path) is kept


@pytest.mark.parametrize(
    ("method", "route", "least"),
    [
        ("GET", "models/", "reviewer"),
        ("GET", "models/1/", "reviewer"),
        ("GET", "models/1/compare/?with=1", "reviewer"),
        ("POST", "models/1/pin/", "manager"),
        ("GET", "models/1/download/", "manager"),
        ("DELETE", "models/1/pin/", "manager"),
        ("POST", "models/roll-back/", "manager"),
    ],
)
def test_who_may(client_of, stranger, anybody, method, route, least):
    project, _, _ = taught(n_items=30, n_labels=10)
    url, ranks = f"projects/{project.pk}/{route}", list(Role.values)
    for role in ranks:
        status = client_of(make_member(project, role=role)).status(method, url)
        assert (status != 403) == (ranks.index(role) >= ranks.index(least)), role
        assert status in (200, 403, 409)
    assert stranger.call(method, url)[0] == 404
    assert anybody.call(method, url)[0] == 401

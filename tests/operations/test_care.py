"""Acting on flags and people, sending out what is in doubt, and taking all of it back."""

import pytest

from annotation.errors import BadRequest, Conflict, NotFound
from annotation.models import Annotation, Consensus, Flag, Item, Project, Review
from annotation.operations.agreeing import undo_batch
from annotation.operations.known_answers import accept_gold
from annotation.operations.labeling import assign_next_item
from annotation.operations.pausing import is_paused, pause_person, resume_person
from annotation.operations.review import Action, act_on_flag, decide_flag, undo_flag
from annotation.operations.sending_out import send_out_doubtful
from annotation.queries.expected import expected_export
from annotation.queries.own_report import own_report, report_on
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, judge
from tests.operations.test_review import TRUTH, figures, world

pytestmark = pytest.mark.django_db(transaction=True)


def label_flag(item: Item) -> Flag:
    return Flag.objects.select_related("project").get(item=item, kind="label_suspect")


def person_flag(project: Project, person, kind="annotator_needs_help", **evidence) -> Flag:
    return Flag.objects.create(
        project=project, kind=kind, subject=f"annotator:{person.pk}", annotator=person, score=0.9,
        evidence={"summary": "…", **evidence}, created_at="2026-01-01T00:00Z",
    )  # fmt: skip


def pair_flag(project: Project) -> Flag:
    return Flag.objects.create(
        project=project, kind="confused_pair", subject="pair:x", score=0.9,
        evidence={"summary": "…", "classes": ["ham", "spam"]}, created_at="2026-01-01T00:00Z",
    )  # fmt: skip


class TestFlags:
    def test_relabel_and_undo(self):
        project, items, _ = world()
        before = figures(project)
        done = act_on_flag(flag=label_flag(items[0]), user=project.created_by, action=Action("relabel"))
        assert done.status == "confirmed"
        assert Review.objects.get().value == Consensus.objects.get(item=items[0]).value
        judge(project)
        undone = undo_flag(flag=label_flag(items[0]), user=project.created_by)
        assert (undone.status, undone.decided_by, undone.closed_at) == ("open", None, None)
        judge(project)
        assert figures(project) == before

    def test_send_out_and_undo(self):
        project, items, _ = world()
        act_on_flag(flag=label_flag(items[0]), user=project.created_by, action=Action("send_out", votes=2))
        assert Item.objects.get(pk=items[0].pk).open_slots == 2
        undo_flag(flag=label_flag(items[0]), user=project.created_by)
        assert Item.objects.get(pk=items[0].pk).open_slots == 0

    def test_undoing_one_flag_leaves_the_other_decisions_of_the_click(self):
        project, items, _ = world()
        batch, n, _ = accept_gold(project=project, user=project.created_by, items=[item.pk for item in items[:3]])
        flag = label_flag(items[0])
        assert (n, flag.status) == (3, "confirmed")
        assert undo_flag(flag=flag, user=project.created_by).status == "open"
        assert Review.objects.filter(batch=batch, undone_at=None).count() == 2

    def test_confirm_dismiss_and_undo(self):
        project, items, _ = world()
        for status in ("confirmed", "dismissed"):
            flag = label_flag(items[0])
            decide_flag(flag=flag, user=project.created_by, status=status, note="seen")
            decide_flag(flag=flag, user=project.created_by, status=status)
            assert undo_flag(flag=flag, user=project.created_by).status == "open"
        assert Review.objects.count() == 2
        with pytest.raises(Conflict, match="Nobody has decided"):
            undo_flag(flag=flag, user=project.created_by)

    def test_talk_reaches_the_person(self):
        project, _, people = world()
        flag = person_flag(project, people["cem"])
        with pytest.raises(BadRequest):
            act_on_flag(flag=flag, user=project.created_by, action=Action("talk"))
        act_on_flag(flag=flag, user=project.created_by, action=Action("talk", note="Read page 2, please."))
        assert [one["note"] for one in own_report(project, people["cem"])["words"]] == ["Read page 2, please."]
        undo_flag(flag=flag, user=project.created_by)
        assert own_report(project, people["cem"])["words"] == []

    def test_what_makes_no_sense(self):
        project, items, people = world()
        flag = person_flag(project, people["cem"])
        for action in (Action("relabel"), Action("nonsense")):
            with pytest.raises(BadRequest):
                act_on_flag(flag=flag, user=project.created_by, action=action)
        decide_flag(flag=label_flag(items[0]), user=project.created_by, status="dismissed")
        with pytest.raises(Conflict, match="dismissed already"):
            act_on_flag(flag=label_flag(items[0]), user=project.created_by, action=Action("relabel"))
        assert Review.objects.count() == 1

    def test_send_out_what_a_person_leaves_in_doubt(self):
        project = make_project(overlap=2, max_votes=3)
        items, people = ask_everybody(project, {"ann": ["ham", "spam", "ham"], "bob": ["ham", "ham", "spam"]})
        Item.objects.filter(project=project).update(taken=2, open_slots=0)
        judge(project)
        doubtful = set(Consensus.objects.filter(status="doubtful").values_list("item", flat=True))
        flag = person_flag(project, people["bob"])
        act_on_flag(flag=flag, user=project.created_by, action=Action("send_out"))
        assert set(Item.objects.filter(open_slots=1).values_list("pk", flat=True)) == doubtful
        assert doubtful >= {items[1].pk, items[2].pk}
        assert undo_flag(flag=flag, user=project.created_by).status == "open"
        assert not Item.objects.filter(open_slots=1).exists()
        assert not Review.objects.filter(undone_at=None).exists()

    def test_nothing_to_send_out_says_why(self):
        project = make_project(overlap=2, max_votes=3)
        answers = {"ann": ["ham", "spam", "ham"], "bob": ["spam", "ham", "ham"]}
        items, _ = ask_everybody(project, answers)
        judge(project)
        flag = pair_flag(project)
        for taken, status, code in (
            (2, "doubtful", "out_already"),
            (3, "doubtful", "max_votes"),
            (2, "agreed", "none_in_doubt"),
        ):
            Item.objects.filter(project=project).update(slot_limit=3, taken=taken, open_slots=3 - taken)
            Consensus.objects.filter(item__in=items[:2]).update(status=status)
            with pytest.raises(Conflict) as told:
                act_on_flag(flag=flag, user=project.created_by, action=Action("send_out"))
            assert told.value.code == code
        assert Flag.objects.get(pk=flag.pk).status == "open"

    def test_what_somebody_has_on_screen_is_out_already(self):
        project = make_project(overlap=2, max_votes=3)
        ask_everybody(project, {"ann": ["ham", "spam"], "bob": ["spam", "ham"]})
        judge(project)
        Item.objects.filter(project=project).update(slot_limit=3, taken=2, open_slots=1)
        person = make_member(project)
        for item in Item.objects.filter(project=project):
            make_assignment(item, person)
        flag = pair_flag(project)
        with pytest.raises(Conflict) as told:
            act_on_flag(flag=flag, user=project.created_by, action=Action("send_out"))
        assert told.value.code == "out_already"


class TestPause:
    def test_a_paused_person_gets_nothing_and_is_told(self):
        project = make_project(gold_rate=0)
        make_item(project)
        person = make_member(project)
        pause_person(project=project, person=person, user=project.created_by, note="Call me.")
        with pytest.raises(Conflict, match="paused already"):
            pause_person(project=project, person=person, user=project.created_by)
        assert assign_next_item(project=project, user=person, count=1).empty_because == "paused"
        assert own_report(project, person)["paused"]["note"] == "Call me."
        resume_person(project=project, person=person, user=project.created_by)
        assert own_report(project, person)["paused"] is None
        assert assign_next_item(project=project, user=person, count=1).leases
        with pytest.raises(NotFound):
            resume_person(project=project, person=person, user=project.created_by)

    @pytest.mark.parametrize("kind", ["choice", "multichoice"])
    def test_a_written_rule_pauses_once_and_a_manager_lets_go_on(self, kind):
        project = make_project(kind=kind, overlap=4, pause_at_odds=100)
        people = {"ann": TRUTH, "bob": TRUTH, "dan": TRUTH, "cem": ["spam"] * len(TRUTH)}
        _, people = ask_everybody(project, people)
        if kind == "multichoice":
            answers = list(Annotation.objects.filter(project=project))
            for one in answers:
                one.value = {"classes": [one.value["class"]]}
            Annotation.objects.bulk_update(answers, ["value"])
        judge(project)
        review = Review.objects.get(decision="pause")
        assert (review.about, review.reviewer) == (people["cem"], None)
        assert review.flag.status == "confirmed"
        judge(project)
        resume_person(project=project, person=people["cem"], user=project.created_by)
        judge(project)
        assert not is_paused(project_id=project.pk, user_id=people["cem"].pk)
        assert Flag.objects.get(pk=review.flag_id).status == "open"

    def test_who_was_let_go_on_is_paused_again_by_much_more_evidence(self):
        project = make_project(overlap=4, pause_at_odds=100)
        _, people = ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": ["spam"] * len(TRUTH)})
        judge(project)
        resume_person(project=project, person=people["cem"], user=project.created_by)
        for n_more, paused in ((len(TRUTH) // 3, False), (len(TRUTH) // 4, True)):
            for name in TRUTH[:n_more]:
                item = make_item(project)
                for who, said in (("ann", name), ("bob", name), ("cem", "spam")):
                    make_annotation(item, people[who], said)
            judge(project)
            assert is_paused(project_id=project.pk, user_id=people["cem"].pk) == paused

    def test_without_the_rule_nobody_is_paused(self):
        project = make_project(overlap=3)
        ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": ["spam"] * len(TRUTH)})
        judge(project)
        assert not Review.objects.exists()


class TestExport:
    def test_what_it_would_be_worth(self):
        project, _, _ = world()
        now = expected_export(project)
        assert now["items"] == len(TRUTH)
        assert now["low"] <= now["expected_right"] <= now["high"]
        sure = expected_export(project, min_confidence=0.99)
        assert sure["items"] + sure["left_out"] == len(TRUTH)
        assert expected_export(make_project())["expected_right"] is None

    def test_what_is_in_doubt_goes_out_again_within_the_limit(self):
        project = make_project(overlap=2, max_votes=3)
        items, _ = ask_everybody(project, {"ann": ["ham", "spam"], "bob": ["ham", "ham"]})
        Item.objects.filter(project=project).update(taken=2, open_slots=0)
        judge(project)
        batch, n = send_out_doubtful(project=project, user=project.created_by, votes=20, below=1)
        assert n == 2
        assert set(Item.objects.values_list("slot_limit", "open_slots")) == {(3, 1)}
        assert send_out_doubtful(project=project, user=project.created_by, below=1)[1] == 0
        assert undo_batch(project=project, user=project.created_by, batch=batch) == 2
        assert set(Item.objects.values_list("slot_limit", "open_slots")) == {(2, 0)}
        assert Annotation.objects.count() == 2 * len(items)


class TestReportOnAPerson:
    def test_who_looks_after_her_sees_what_she_mixes_up(self):
        """cem says ham to half of what is spam, and never the other way round."""
        project = make_project(overlap=3, max_votes=3, classes=("ham", "spam"))
        truth = ["ham", "spam"] * 20
        said = ["ham" if name == "spam" and place % 4 == 1 else name for place, name in enumerate(truth)]
        _, people = ask_everybody(project, {"ann": truth, "bob": truth, "cem": said})
        judge(project)
        found = report_on(project, people["cem"])["confusion"]
        assert found["classes"] == ["ham", "spam"]
        (ham_as_ham, ham_as_spam), (spam_as_ham, spam_as_spam) = found["shares"]
        assert ham_as_ham + ham_as_spam == pytest.approx(1, abs=1e-3)
        assert ham_as_spam < 0.15
        assert 0.35 < spam_as_ham < 0.6
        assert spam_as_ham + spam_as_spam == pytest.approx(1, abs=1e-3)
        assert own_report(project, people["cem"])["confusion"] is None

    def test_not_while_the_classes_are_others(self):
        project, _, people = world()
        assert report_on(project, people["cem"])["confusion"] is not None
        project.classes = [*project.classes, {"name": "new", "key": None, "color": None, "description": ""}]
        assert report_on(project, people["cem"])["confusion"] is None

    def test_not_under_other_names_after_as_many_classes_changed(self):
        """Until everything was inferred anew, what was held of ham would be said of spam."""
        project, _, people = world()
        project.classes = project.classes[::-1]
        project.schema_version += 1
        project.save(update_fields=["classes", "schema_version"])
        assert report_on(project, people["cem"])["confusion"] is None
        judge(project)
        assert report_on(project, people["cem"])["confusion"]["classes"] == project.class_names

"""Suspicions become flags, with evidence; a person's decision stands."""

import random

import numpy as np
import pytest

from annotation.errors import BadRequest, Conflict
from annotation.models import Annotation, AnnotatorReport, AuditEvent, Consensus, Flag, Project
from annotation.operations import people_suspicions
from annotation.operations.flags import raise_flags
from annotation.operations.review import decide_flag
from annotation.operations.suspicions import Suspicion, _label_summary
from annotation.operations.voice import Voice
from annotation.queries.quality import flag_row, flags
from tests.factories import make_annotation, make_item, make_member, make_project, make_user
from tests.operations.crowd import ask_everybody, change_answer, judge

pytestmark = pytest.mark.django_db(transaction=True)

TRUTH = ["ham", "spam", "ham", "spam", "ham"] * 6
TURN = {"ham": "spam", "spam": "ham"}


def one_wrong_label(**fields) -> tuple[Project, Annotation]:
    """Four people agree on thirty items, but for one answer of ann."""
    project = make_project(overlap=4, **fields)
    wrong = [*TRUTH[:-1], TURN[TRUTH[-1]]]
    items, _ = ask_everybody(project, {"ann": wrong, "bob": TRUTH, "cem": TRUTH, "dan": TRUTH})
    return project, Annotation.objects.get(item=items[-1], annotator__username="ann")


def open_flags(project: Project, kind: str) -> list[Flag]:
    return list(flags(project, kind=kind))


class TestLabels:
    def test_evidence(self):
        project, wrong = one_wrong_label()
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.LABEL_SUSPECT)
        row = flag_row(flag)
        assert (row["annotation"], row["item"], row["annotator"]) == (wrong.pk, wrong.item_id, "ann")
        assert row["score"] > 0.9
        evidence = row["evidence"]
        assert (evidence["class"], evidence["expected"]) == ("spam", "ham")
        assert evidence["others"] == [{"class": "ham", "annotator": name} for name in ("bob", "cem", "dan")]
        assert evidence["text"] == wrong.item.data["text"]
        assert evidence["summary"] == "ann said “spam”; all 3 others say “ham”."
        assert not {"basis", "weight"} & set(evidence)

    def test_is_closed_when_the_answer_is_corrected_and_comes_back_with_it(self):
        project, wrong = one_wrong_label()
        judge(project)
        change_answer(wrong, "ham")
        judge(project)
        assert Flag.objects.get().status == Flag.Status.CLOSED
        change_answer(wrong, "spam")
        judge(project)
        assert sorted(Flag.objects.values_list("status", flat=True)) == ["closed", "open"]

    @pytest.mark.parametrize("decision", [Flag.Status.DISMISSED, Flag.Status.CONFIRMED])
    def test_is_not_asked_again_for_the_same_evidence(self, decision):
        project, wrong = one_wrong_label(max_votes=5)
        judge(project)
        decide_flag(flag=Flag.objects.get(), user=make_user(), status=decision)
        judge(project)
        assert Flag.objects.get().status == decision
        make_annotation(wrong.item, make_member(project), "ham")
        judge(project)
        assert Flag.objects.filter(status=Flag.Status.OPEN).count() == 1

    def test_a_lone_answer_is_no_suspect(self):
        project = make_project()
        ask_everybody(project, {"ann": TRUTH})
        judge(project)
        assert not Flag.objects.filter(kind=Flag.Kind.LABEL_SUSPECT).exists()

    @pytest.mark.parametrize(
        ("others", "model", "voices"),
        [
            (["ham"], {}, "the one other says"),
            (["ham", "ham"], {}, "both others say"),
            (["ham", "spam"], {"ham": 0.9}, "1 of 2 others and the model (90%) say"),
            (["ham", "spam", "spam"], {}, "1 of 3 others says"),
            (["spam"], {"ham": 0.9}, "the model (90%) says"),
        ],
    )
    def test_who_says_otherwise_reads_as_a_sentence(self, others, model, voices):
        assert _label_summary("ann", "spam", "ham", others, False, model) == f"ann said “spam”; {voices} “ham”."

    def test_the_model_speaks_up_against_a_lone_answer_but_makes_nobody_perfect(self, monkeypatch):
        project = make_project()
        items, _ = ask_everybody(project, {"ann": TRUTH})
        believed = np.array([[0.97, 0.03] if name == "ham" else [0.03, 0.97] for name in [*TRUTH[:-1], "spam"]])
        voice = Voice(believed, np.ones(len(TRUTH), dtype=bool), 1.0)
        monkeypatch.setattr("annotation.operations.inference.out_of_fold_voice", lambda *_: voice)
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.LABEL_SUSPECT)
        assert flag.item_id == items[-1].pk
        assert flag.evidence["model"]["spam"] == 0.97
        assert flag.evidence["summary"] == "ann said “ham”; the model (97%) says “spam”."
        assert AnnotatorReport.objects.get().accuracy is None
        assert Consensus.objects.get(item=items[0]).probability < 1

    def test_gold_that_everybody_contradicts_is_named(self):
        project = make_project()
        ask_everybody(project, {"ann": ["ham"], "bob": ["ham"], "cem": ["ham"], "dan": ["ham"]}, gold=["spam"])
        judge(project)
        found = open_flags(project, Flag.Kind.LABEL_SUSPECT)
        assert len(found) == 4
        assert all("look at the known answer first" in flag.evidence["summary"] for flag in found)

    def test_long_and_hostile_texts_are_cut_not_changed(self):
        project = make_project(overlap=4)
        text = "<script>alert(1)</script>" + "x" * 10_000
        item = make_item(project, text=text)
        ask_everybody(project, dict.fromkeys(("ann", "bob", "cem", "dan"), TRUTH))
        for name, answer in (("ann", "spam"), ("bob", "ham"), ("cem", "ham"), ("dan", "ham")):
            make_annotation(item, project.memberships.get(user__username=name).user, answer)
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.LABEL_SUSPECT)
        assert flag.evidence["text"] == text[:200] + "…"


class TestPeople:
    def test_somebody_who_always_says_the_same(self):
        project = make_project(overlap=4)
        ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": TRUTH, "lazy": ["spam"] * len(TRUTH)})
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.ANNOTATOR_LOOKS_RANDOM)
        assert flag_row(flag)["annotator"] == "lazy"
        assert flag.evidence["log_odds"] > 2.3
        assert flag.evidence["n"] == 30
        assert flag.evidence["observed_right"] < 0.6
        assert flag.evidence["expected_right"] > 0.9
        assert (len(flag.evidence["worst"]), flag.evidence["worst"][0]["class"]) == (5, "spam")
        assert flag.evidence["worst"][0]["expected"] == "ham"
        assert flag.evidence["gold"] == {"n": 0, "missed": 0}
        assert [flag.annotator.username for flag in open_flags(project, Flag.Kind.REPETITIVE)] == ["lazy"]

    def test_weaker_odds_keep_a_flag_but_open_none(self, monkeypatch):
        project = make_project(overlap=4)
        ask_everybody(project, {"ann": TRUTH, "bob": TRUTH, "cem": TRUTH, "lazy": ["spam"] * len(TRUTH)})
        judge(project)
        for opening, keeping, n_open in ((99.0, 1.0, 1), (99.0, 99.0, 0), (99.0, 1.0, 0), (1.0, 1.0, 1)):
            monkeypatch.setattr(people_suspicions, "RANDOM_LOG_ODDS", opening)
            monkeypatch.setattr(people_suspicions, "STILL_RANDOM_LOG_ODDS", keeping)
            judge(project)
            assert len(open_flags(project, Flag.Kind.ANNOTATOR_LOOKS_RANDOM)) == n_open

    def test_nobody_is_judged_by_nineteen_answers(self):
        project = make_project(overlap=4)
        truth = TRUTH[:19]
        ask_everybody(project, {"ann": truth, "bob": truth, "cem": truth, "lazy": ["spam"] * 19})
        judge(project)
        assert not Flag.objects.filter(annotation__isnull=True).exclude(kind=Flag.Kind.CONFUSED_PAIR).exists()

    def test_low_skill_is_a_call_for_help(self):
        project = make_project(classes=("a", "b", "c", "d"), overlap=4)
        rng = random.Random(4)
        truth = [rng.choice("abcd") for _ in range(120)]
        weak = [name if rng.random() < 0.55 else rng.choice("abcd") for name in truth]
        ask_everybody(project, {"ann": truth, "bob": truth, "cem": truth, "weak": weak})
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.ANNOTATOR_NEEDS_HELP)
        accuracy = flag.evidence["accuracy"]
        assert flag.annotator.username == "weak"
        assert accuracy["low"] < accuracy["estimate"] < accuracy["high"] < 0.75
        assert not open_flags(project, Flag.Kind.ANNOTATOR_LOOKS_RANDOM)

    def test_haste(self):
        project = make_project(overlap=4)
        ask_everybody(project, dict.fromkeys(("ann", "bob", "cem", "fast"), TRUTH))
        Annotation.objects.filter(annotator__username="fast").update(seconds=0.2)
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.TOO_FAST)
        assert (flag.annotator.username, flag.evidence["hasty_share"]) == ("fast", 1.0)

    def test_drift(self):
        project = make_project(overlap=4)
        truth = TRUTH * 3
        tired = [*truth[:60], *[TURN[name] if i % 2 else name for i, name in enumerate(truth[60:])]]
        ask_everybody(project, {"ann": truth, "bob": truth, "cem": truth, "tired": tired})
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.DRIFT)
        assert (flag.annotator.username, flag.evidence["before"] > 0.95, flag.evidence["now"] < 0.6) == (
            "tired",
            True,
            True,
        )

    def test_copying(self):
        """The same mistakes: the later one is flagged, her sentence names nobody, and a decision stands."""
        project = make_project(classes=("ham", "spam", "scam"), overlap=7)
        rng = random.Random(1)
        truth = TRUTH * 3
        noisy = {
            name: [rng.choice(["ham", "spam", "scam"]) if rng.random() < 0.3 else said for said in truth]
            for name in ("ann", "bob", "cem", "dan", "eve", "fay")
        }
        ask_everybody(project, noisy | {"echo": noisy["bob"]})
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.COPYING)
        evidence = flag_row(flag)["evidence"]
        assert (flag.annotator.username, evidence["with"]) == ("echo", "bob")
        assert evidence["same"] == evidence["mistakes"] > 3 * evidence["expected_same"]
        assert evidence["examples"][0]["class"] != evidence["examples"][0]["expected"]
        assert "echo" in evidence["summary"]
        assert "bob" not in evidence["summary"]
        decide_flag(flag=flag, user=make_user(), status=Flag.Status.DISMISSED)
        judge(project)
        assert not open_flags(project, Flag.Kind.COPYING)

    def test_good_people_are_left_in_peace(self):
        project = make_project(overlap=4)
        rng = random.Random(1)
        noisy = {
            name: [TURN[said] if rng.random() < 0.08 else said for said in TRUTH]
            for name in ("ann", "bob", "cem", "dan")
        }
        ask_everybody(project, noisy)
        judge(project)
        assert not Flag.objects.filter(annotator__isnull=False, annotation__isnull=True).exists()


class TestPairs:
    def test_two_classes_that_everybody_mixes_up(self):
        project = make_project(classes=("dog", "cat", "lynx"), overlap=3)
        clear, rng = ["dog"] * 30, random.Random(2)
        muddle = {name: clear + [rng.choice(["cat", "lynx"]) for _ in range(40)] for name in ("ann", "bob", "cem")}
        ask_everybody(project, muddle)
        judge(project)
        (flag,) = open_flags(project, Flag.Kind.CONFUSED_PAIR)
        assert flag.evidence["classes"] == ["cat", "lynx"]
        assert flag.evidence["n_people"] == 3
        assert len(flag.evidence["examples"]) == 5


class TestDecisions:
    def test_is_recorded(self):
        project, _ = one_wrong_label()
        judge(project)
        reviewer = make_user()
        decided = decide_flag(flag=Flag.objects.get(), user=reviewer, status=Flag.Status.DISMISSED, note="sarcasm")
        assert (decided.status, decided.note, decided.decided_by) == ("dismissed", "sarcasm", reviewer)
        assert decided.closed_at is not None
        event = AuditEvent.objects.get(verb="flag.dismissed")
        assert (event.actor, event.detail["note"]) == (reviewer, "sarcasm")

    def test_twice_is_harmless_and_otherwise_is_refused(self):
        project, _ = one_wrong_label()
        judge(project)
        flag, reviewer = Flag.objects.get(), make_user()
        for _ in range(2):
            decide_flag(flag=flag, user=reviewer, status=Flag.Status.CONFIRMED)
        assert AuditEvent.objects.filter(verb="flag.confirmed").count() == 1
        with pytest.raises(Conflict):
            decide_flag(flag=flag, user=reviewer, status=Flag.Status.DISMISSED)
        with pytest.raises(BadRequest):
            decide_flag(flag=flag, user=reviewer, status=Flag.Status.CLOSED)

    def test_a_closed_flag_cannot_be_decided(self):
        project, wrong = one_wrong_label()
        judge(project)
        change_answer(wrong, "ham")
        judge(project)
        with pytest.raises(Conflict):
            decide_flag(flag=Flag.objects.get(), user=make_user(), status=Flag.Status.CONFIRMED)


class TestHysteresis:
    def suspect(self, *, opens: bool, weight: int = 20) -> Suspicion:
        return Suspicion(
            kind=Flag.Kind.DRIFT, subject="annotator:1", score=0.9, evidence={}, opens=opens, weight=weight
        )

    def test_weaker_evidence_keeps_a_flag_but_opens_none(self):
        project = make_project()
        raise_flags(project_id=project.pk, suspicions=[self.suspect(opens=False)])
        assert not Flag.objects.exists()
        raise_flags(project_id=project.pk, suspicions=[self.suspect(opens=True)])
        raise_flags(project_id=project.pk, suspicions=[self.suspect(opens=False)])
        assert Flag.objects.get().status == Flag.Status.OPEN

    @pytest.mark.parametrize(("weight", "n_open"), [(29, 0), (30, 1)])
    def test_dismissed_comes_back_when_half_as_many_again_speak(self, weight, n_open):
        project = make_project()
        raise_flags(project_id=project.pk, suspicions=[self.suspect(opens=True)])
        decide_flag(flag=Flag.objects.get(), user=make_user(), status=Flag.Status.DISMISSED)
        raise_flags(project_id=project.pk, suspicions=[self.suspect(opens=True, weight=weight)])
        assert Flag.objects.filter(status=Flag.Status.OPEN).count() == n_open

"""Votes in, consensus, reports and agreement out; on real PostgreSQL."""

import numpy as np
import pytest

from annotation.arrays import load_votes
from annotation.errors import StaleEpoch
from annotation.models import (
    AgreementReport,
    Annotation,
    AnnotatorReport,
    Consensus,
    Flag,
    Project,
    Stream,
    Topic,
    WorkLane,
    WorkRequest,
)
from annotation.operations.inference import infer_truth
from annotation.operations.outbox import claim_lane, request_work
from annotation.operations.quality import infer_quality
from annotation.operations.quality_rows import write_report
from annotation.operations.voice import Voice
from annotation.queries.expected import expected_export
from annotation.queries.quality import agreement, summary
from annotation.queries.quality_parts import by_week as quality_by_week
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, change_answer, judge
from tests.operations.test_labeling import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def consensus_by_item(project: Project) -> dict[int, Consensus]:
    return {row.item_id: row for row in Consensus.objects.filter(project=project)}


def everything(project: Project) -> list[object]:
    """All derived rows with their times: equal before and after means that nothing was written."""
    return [
        list(model.objects.filter(project=project).order_by("pk").values())
        for model in (Consensus, AnnotatorReport, Flag)
    ]


class TestVotes:
    def test_positions_classes_and_gold(self):
        project = make_project(overlap=2)
        items, people = ask_everybody(
            project, {"ann": ["ham", "spam", None], "bob": ["spam", None, "ham"]}, gold=["spam", None, None]
        )
        votes = load_votes(project)
        assert votes.class_names == ["ham", "spam"]
        assert votes.item_ids.tolist() == [item.pk for item in items]
        assert votes.annotator_ids.tolist() == sorted(person.pk for person in people.values())
        ann, bob = (votes.annotator_ids.tolist().index(people[name].pk) for name in ("ann", "bob"))
        assert votes.votes.tolist() == [[0, ann, 0], [0, bob, 1], [1, ann, 1], [2, bob, 0]]
        assert votes.gold.tolist() == [[0, 1]]
        assert votes.annotation_ids.tolist() == list(Annotation.objects.order_by("pk").values_list("pk", flat=True))
        assert np.all(np.diff(votes.created) >= 0)

    def test_answers_whose_class_is_gone_are_left_out(self):
        project = make_project(classes=("ham", "spam", "other"))
        ask_everybody(project, {"ann": ["ham", "other", "spam"]})
        project.classes = [one for one in project.classes if one["name"] != "other"]
        assert load_votes(project).votes[:, 2].tolist() == [0, 1]

    def test_unmeasured_times_are_not_a_number(self):
        project = make_project()
        make_annotation(make_item(project), make_member(project), "ham")
        assert np.isnan(load_votes(project).seconds).all()

    def test_no_answers(self):
        votes = load_votes(make_project())
        assert (votes.votes.shape, votes.gold.shape, votes.n_items, votes.n_annotators) == ((0, 3), (0, 2), 0, 0)


class TestConsensus:
    def test_two_against_one(self):
        project = make_project(overlap=3, target_confidence=0.9)
        items, _ = ask_everybody(
            project, {"ann": ["ham"] * 9 + ["spam"], "bob": ["ham"] * 9 + ["spam"], "cem": ["ham"] * 9 + ["ham"]}
        )
        judge(project)
        last = consensus_by_item(project)[items[-1].pk]
        assert (last.value, last.n_votes) == ({"class": "spam"}, 3)
        assert last.posterior["spam"] == pytest.approx(last.probability, abs=1e-6)
        assert sum(last.posterior.values()) == pytest.approx(1, abs=0.01)
        assert consensus_by_item(project)[items[0].pk].status == Consensus.Status.AGREED

    def test_gold_stands_whatever_people_say(self):
        project = make_project()
        items, _ = ask_everybody(project, {"ann": ["ham"], "bob": ["ham"], "cem": ["ham"]}, gold=["spam"])
        judge(project)
        row = consensus_by_item(project)[items[0].pk]
        assert (row.value, row.probability, row.status) == ({"class": "spam"}, 1.0, Consensus.Status.GOLD)

    def test_gold_nobody_answered_has_none(self):
        project = make_project()
        make_item(project, gold="spam")
        judge(project)
        assert not consensus_by_item(project)

    def test_a_changed_answer_and_a_removed_class(self):
        project = make_project(classes=("ham", "spam", "other"), overlap=1)
        items, _ = ask_everybody(project, {"ann": ["ham", "other"]})
        judge(project)
        change_answer(Annotation.objects.get(item=items[0]), "spam")
        Project.objects.filter(pk=project.pk).update(classes=project.classes[:2])
        judge(project)
        assert {pk: row.value for pk, row in consensus_by_item(project).items()} == {items[0].pk: {"class": "spam"}}

    def test_a_tie_is_doubtful_and_always_falls_the_same_way(self):
        project = make_project(overlap=2)
        ask_everybody(project, {"ann": ["ham", "spam"], "bob": ["spam", "ham"]})
        judge(project)
        rows = consensus_by_item(project).values()
        assert {row.status for row in rows} == {Consensus.Status.DOUBTFUL}
        assert all(row.probability == pytest.approx(0.5, abs=0.01) for row in rows)
        before = everything(project)
        judge(project)
        assert everything(project) == before

    def test_what_is_stored_says_nothing_of_the_way_there(self):
        truth = ["ham", "spam"] * 30
        others = {"bob": [*truth[:54], *truth[53:59]], "cem": truth}
        project = make_project(overlap=3)
        ask_everybody(project, {"ann": truth, **others})
        for answer in Annotation.objects.filter(annotator__username="ann").order_by("-pk")[:3]:
            judge(project)
            change_answer(answer, "spam" if answer.value == {"class": "ham"} else "ham")
        judge(project)
        by_steps = {pk: row.posterior for pk, row in consensus_by_item(project).items()}
        Consensus.objects.all().delete()
        judge(project)
        assert {pk: row.posterior for pk, row in consensus_by_item(project).items()} == by_steps

    def test_protected_items_are_judged_by_people_alone(self, monkeypatch):
        """Else the measure of the model would lean towards the model."""
        project = make_project()
        items, _ = ask_everybody(project, {"ann": ["ham", "ham", "spam", "ham"]})
        votes = load_votes(project)
        against = Voice(np.tile([0.02, 0.98], (4, 1)), np.ones(4, dtype=bool), 1.0)
        monkeypatch.setattr("annotation.operations.inference.out_of_fold_voice", lambda *_: against)
        alone = infer_truth(project, votes, np.array([item.pk for item in items])).truth.posterior
        swayed = infer_truth(project, votes, np.array([items[0].pk])).truth.posterior
        assert swayed[0] == pytest.approx(alone[0])
        assert swayed[1, 1] > alone[1, 1] + 0.2


class TestSummary:
    def test_counts_and_interval(self):
        project = make_project(overlap=2)
        ask_everybody(project, {"ann": ["ham", "spam"] * 15, "bob": ["ham", "spam"] * 14 + ["spam", "ham"]})
        judge(project)
        found = summary(project)
        assert found["items_with_consensus"] == 30
        assert found["by_status"] == {"single": 0, "agreed": 28, "doubtful": 2, "gold": 0, "reviewed": 0}
        assert found["in_doubt"] == 2
        assert found["low"] < found["expected_right"] < found["high"]

    def test_with_nothing_to_judge_people_by_the_interval_is_wide(self):
        project = make_project()
        ask_everybody(project, {"ann": ["ham", "spam"] * 15})
        judge(project)
        found = summary(project)
        assert found["high"] - found["low"] > 0.3

    def test_two_people_alone_who_disagree_may_both_be_right(self):
        """Twenty items, five of which got two answers: nothing tells whose are right, nor who is good."""
        project = make_project(overlap=2)
        _, people = ask_everybody(project, {"ann": ["ham", "spam"] * 10, "bob": ["ham", "spam"] * 7 + ["spam"] * 6})
        judge(project)
        found = summary(project)
        assert found["low"] < 0.75 < found["expected_right"] < found["high"]
        assert found["high"] > 0.95
        for person in people.values():
            report = AnnotatorReport.objects.get(project=project, annotator=person)
            assert report.accuracy_low < 0.8
            assert report.accuracy_high > 0.95
        assert expected_export(project)["low"] == pytest.approx(found["low"])

    def test_before_the_first_answer(self):
        project = make_project()
        assert summary(project)["expected_right"] is None
        judge(project)
        assert summary(project)["expected_right"] is None
        assert agreement(project)["coefficients"]["krippendorff_alpha"]["undefined_because"]


class TestPeople:
    def test_skill_is_unknown_while_nothing_else_speaks(self):
        project = make_project()
        _, people = ask_everybody(project, {"ann": ["ham", "spam"] * 15})
        judge(project)
        report = AnnotatorReport.objects.get(annotator=people["ann"])
        assert (report.accuracy, report.accuracy_low, report.accuracy_high) == (None, None, None)
        assert (report.n_annotations, report.random_log_odds, report.median_seconds) == (30, 0.0, 3.0)

    def test_good_and_bad_are_told_apart(self):
        project = make_project(overlap=3)
        truth = ["ham", "spam"] * 15
        turned = [{"ham": "spam", "spam": "ham"}[name] if i % 2 else name for i, name in enumerate(truth)]
        _, people = ask_everybody(project, {"ann": truth, "bob": truth, "bad": turned})
        judge(project)
        reports = {row.annotator_id: row for row in AnnotatorReport.objects.filter(project=project)}
        assert reports[people["ann"].pk].accuracy_low > reports[people["bad"].pk].accuracy_high
        confusion = np.array(reports[people["bad"].pk].confusion)
        assert confusion.sum(axis=1) == pytest.approx(1, abs=1e-3)


class TestAgreement:
    def test_hand_worked(self):
        """Three items by two people, one disagreement: α = 1 - (5 × 2) / (36 - (3² + 3²)) = 4/9."""
        project = make_project(overlap=2)
        items, _ = ask_everybody(project, {"ann": ["ham", "spam", "ham", "ham"], "bob": ["ham", "spam", "spam", None]})
        judge(project)
        found = agreement(project)
        assert found["items_with_overlap"] == 3
        assert found["percent"] == pytest.approx(2 / 3)
        alpha = found["coefficients"]["krippendorff_alpha"]
        assert alpha["value"] == pytest.approx(4 / 9)
        assert alpha["low"] <= alpha["value"] <= alpha["high"]
        by_chance = 2 * (2.5 / 4) * (1.5 / 4)  # to AC1 the lone answer counts
        assert found["coefficients"]["gwet_ac1"]["value"] == pytest.approx((2 / 3 - by_chance) / (1 - by_chance))
        assert found["confused_pairs"] == [
            {
                "classes": ["ham", "spam"],
                "count": 1,
                "share": 1.0,
                "low": 1.0,
                "high": 1.0,
                "examples": [{"item": items[2].pk, "external_id": items[2].external_id, "text": items[2].data["text"]}],
            }
        ]

    def test_which_classes_are_confused_is_as_sure_as_there_are_disagreements(self):
        project = make_project(overlap=2, classes=["ham", "spam", "news"])
        said = {"ann": ["ham"] * 12, "bob": ["spam"] * 6 + ["news"] * 2 + ["ham"] * 4}
        ask_everybody(project, said)
        judge(project)
        pair = agreement(project)["confused_pairs"][0]
        assert (pair["classes"], pair["count"], pair["share"]) == (["ham", "spam"], 6, 0.75)
        assert (pair["low"], pair["high"]) == (pytest.approx(0.462, abs=0.01), pytest.approx(0.912, abs=0.01))

    @pytest.mark.parametrize(
        "answers",
        [
            {"ann": ["ham", "spam"]},
            {"ann": ["ham", None], "bob": [None, "spam"]},
            {"ann": ["ham", "ham"], "bob": ["ham", "ham"]},
        ],
    )
    def test_what_is_not_defined_says_why(self, answers):
        project = make_project(overlap=2)
        ask_everybody(project, answers)
        judge(project)
        for coefficient in agreement(project)["coefficients"].values():
            assert (coefficient["value"] is None) == bool(coefficient["undefined_because"])
        assert agreement(project)["coefficients"]["krippendorff_alpha"]["value"] is None

    def test_percent_counts_pairs_not_items(self):
        project = make_project(overlap=3)
        ask_everybody(project, {"ann": ["ham", "ham"], "bob": ["ham", "spam"], "cem": ["ham", None]})
        judge(project)
        assert agreement(project)["percent"] == pytest.approx(3 / 4)


class TestLane:
    def test_twice_is_once(self):
        project = make_project(overlap=2)
        ask_everybody(project, {"ann": ["ham", "spam"] * 12, "bob": ["ham"] * 24})
        judge(project)
        before = everything(project)
        judge(project)
        assert everything(project) == before
        assert not WorkRequest.objects.filter(project=project, topic=Topic.QUALITY).exists()

    def test_a_late_owner_leaves_nothing(self):
        project = make_project()
        ask_everybody(project, {"ann": ["ham"]})
        request_work(project_id=project.pk, topic=Topic.QUALITY)
        claim = claim_lane(project_id=project.pk, topic=Topic.QUALITY)
        WorkLane.objects.filter(project=project).update(epoch=claim.epoch + 1)
        with pytest.raises(StaleEpoch):
            infer_quality(claim)
        assert not Consensus.objects.exists()
        assert not AgreementReport.objects.exists()
        assert WorkRequest.objects.count() == 1

    def test_a_lane_that_is_taken_over_while_it_writes_leaves_nothing(self, monkeypatch):
        """Its row is free until the last step: a lease can be lengthened, or its owner's place taken."""
        project = make_project()
        ask_everybody(project, {"ann": ["ham"]})
        request_work(project_id=project.pk, topic=Topic.QUALITY)
        claim = claim_lane(project_id=project.pk, topic=Topic.QUALITY)

        def taken_over(*given, **named):
            write_report(*given, **named)
            lane = WorkLane.objects.filter(project=project)
            assert at_once(lambda: lane.update(epoch=claim.epoch + 1)) == [1]

        monkeypatch.setattr("annotation.operations.quality.write_report", taken_over)
        with pytest.raises(StaleEpoch):
            infer_quality(claim)
        assert not Consensus.objects.exists()
        assert not AgreementReport.objects.exists()
        assert WorkRequest.objects.count() == 1

    def test_a_request_that_came_meanwhile_waits_for_the_next_run(self, monkeypatch):
        project = make_project()
        ask_everybody(project, {"ann": ["ham"]})
        real = infer_truth

        def slow(*given):
            request_work(project_id=project.pk, topic=Topic.QUALITY)
            return real(*given)

        monkeypatch.setattr("annotation.operations.quality.infer_truth", slow)
        judge(project)
        assert WorkRequest.objects.filter(project=project, topic=Topic.QUALITY).count() == 1

    def test_streams_do_not_matter_to_what_is_counted(self):
        project = make_project(overlap=2)
        item = make_item(project)
        for stream in (Stream.RANDOM, Stream.IMPORT):
            make_annotation(item, make_member(project), "ham", stream=stream)
        judge(project)
        assert agreement(project)["items_with_overlap"] == 1


class TestAgreementInParts:
    def test_by_class_person_pair_and_week(self):
        project = make_project()
        ask_everybody(project, {"ann": ["ham", "spam", "ham"], "bob": ["ham", "ham", "ham"]})
        judge(project)
        found = agreement(project)
        assert found["enough_overlap"] is False
        by_class = {one["class"]: one for one in found["by_class"]}
        assert (by_class["ham"]["value"], by_class["ham"]["n"]) == (0.8, 3)
        assert by_class["spam"]["value"] == 0
        assert [(one["username"], round(one["value"], 4)) for one in found["by_person"]] == [
            ("ann", 0.6667),
            ("bob", 0.6667),
        ]
        (pair,) = found["by_pair"]
        assert (pair["annotators"], pair["n"]) == (["ann", "bob"], 3)
        assert pair["low"] < pair["value"] < pair["high"]
        (week,) = found["by_week"]
        assert week["n"] == 3
        assert found["coefficients"]["scott_pi"]["value"] is not None

    def test_a_week_holds_the_items_finished_in_it_wherever_it_is_told(self):
        """The answers to one item are a year apart, those to another are of one week."""
        project = make_project()
        items, people = ask_everybody(project, {"ann": ["ham", "spam"], "bob": ["ham", "ham"]})
        given = Annotation.objects.filter(project=project)
        given.update(created_at="2026-03-04T00:00Z")
        given.filter(item=items[0], annotator=people["ann"]).update(created_at="2025-03-05T00:00Z")
        judge(project)
        (week,) = agreement(project)["by_week"]
        assert (week["week"], week["value"], week["n"]) == ("2026-03-02", 0.5, 2)
        newest, oldest = quality_by_week(project)
        assert (newest["week"], newest["percent"], newest["items_with_overlap"]) == ("2026-03-02", 0.5, 2)
        assert (newest["low"], newest["high"]) == (week["low"], week["high"])
        assert (newest["annotations"], oldest["annotations"], oldest["percent"]) == (3, 1, None)

    def test_nobody_overlaps(self):
        project = make_project()
        ask_everybody(project, {"ann": ["ham", None], "bob": [None, "spam"]})
        judge(project)
        found = agreement(project)
        assert found["by_week"] == []
        assert {one["value"] for one in [*found["by_class"], *found["by_person"]]} == {None}

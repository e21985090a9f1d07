"""Progress, people and flags as they are read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import Annotation, Assignment, Consensus, Flag, Item, Project
from annotation.queries.progress import finished_of, progress
from annotation.queries.quality import annotators, flags
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project

pytestmark = pytest.mark.django_db


def make_flag(project: Project, score: float, **fields: object) -> Flag:
    number = Flag.objects.count()
    defaults = {
        "kind": "label_suspect",
        "subject": f"annotation:{number}",
        "evidence": {},
        "created_at": timezone.now(),
    }
    return Flag.objects.create(project=project, score=score, **(defaults | fields))


class TestProgress:
    def test_a_new_project(self):
        assert set(progress(make_project()).values()) == {0}

    def test_counts(self):
        project = make_project(overlap=2)
        ann, bob = make_member(project), make_member(project)
        full, half, leased, _untouched = (make_item(project) for _ in range(4))
        gold = make_item(project, gold="ham")
        make_annotation(full, ann, "ham")
        make_annotation(full, bob, "ham")
        make_annotation(half, ann, "ham")
        make_annotation(leased, ann, "ham")
        make_assignment(leased, bob)
        make_annotation(gold, ann, "ham", stream="gold")
        make_item(make_project())
        assert progress(project) == {
            "items": 5,
            "annotations": 5,
            "items_with_consensus": 0,
            "items_finished": 1,
            "open_assignments": 1,
            "annotations_today": 5,
            "annotations_last_hour": 5,
            "gold_items": 1,
            "gold_finished": 0,
            "skipped": 0,
            "answers_left": 4,
            "answers_wanted": 8,
        }

    def test_an_expired_lease_is_not_open_and_does_not_finish_an_item(self):
        project = make_project()
        make_assignment(make_item(project), make_member(project), expires_at=timezone.now() - timedelta(seconds=1))
        found = progress(project)
        assert (found["open_assignments"], found["items_finished"]) == (0, 0)

    def test_skips_and_old_answers(self):
        project = make_project()
        lease = make_assignment(make_item(project), make_member(project))
        Assignment.objects.filter(pk=lease.pk).update(status="skipped", closed_at=timezone.now())
        answer = make_annotation(make_item(project), make_member(project), "ham")
        Annotation.objects.filter(pk=answer.pk).update(created_at=timezone.now() - timedelta(days=2))
        found = progress(project)
        assert (found["skipped"], found["annotations"], found["annotations_today"]) == (1, 1, 0)
        assert found["annotations_last_hour"] == 0

    def test_consensus_is_counted(self):
        project = make_project()
        Consensus.objects.create(
            item=make_item(project), project=project, value={"class": "ham"}, probability=1, posterior={}, n_votes=1,
            status="single", updated_at=timezone.now(),
        )  # fmt: skip
        assert progress(project)["items_with_consensus"] == 1

    def test_is_one_statement(self, django_assert_num_queries):
        project = make_project()
        with django_assert_num_queries(1):
            progress(project)

    def test_many_projects_are_one_statement(self, django_assert_num_queries):
        projects = [make_project() for _ in range(3)]
        make_annotation(make_item(projects[1]), make_member(projects[1]), "ham")
        make_item(projects[1], gold="ham")
        with django_assert_num_queries(1):
            found = finished_of(projects)
        assert {row["project"]: (row["items"], row["items_finished"]) for row in found} == {
            projects[0].pk: (0, 0), projects[1].pk: (1, 1), projects[2].pk: (0, 0),
        }  # fmt: skip


class TestAnnotators:
    def test_counts_are_live_and_skill_may_be_missing(self, django_assert_num_queries):
        project = make_project(overlap=2)
        ann, idle = make_member(project), make_member(project)
        for _ in range(3):
            make_annotation(make_item(project), ann, "ham")
        make_annotation(make_item(make_project()), ann, "ham")
        with django_assert_num_queries(1):
            rows = [one.row for one in annotators(project)]
        assert rows[0]["username"] == ann.username
        assert {row["username"]: row["annotations"] for row in rows} == {
            ann.username: 3, idle.username: 0, project.created_by.username: 0,
        }  # fmt: skip
        assert rows[0]["accuracy"] is None
        assert rows[0]["last_active"] is not None

    def test_who_left_the_project_stays_in_the_list(self):
        project = make_project()
        ann = make_member(project)
        make_annotation(make_item(project), ann, "ham")
        project.memberships.filter(user=ann).delete()
        make_flag(project, 0.9, kind="too_fast", subject=f"annotator:{ann.pk}", annotator=ann)
        row = next(one.row for one in annotators(project) if one.row["username"] == ann.username)
        assert (row["annotations"], row["flags"]) == (1, 1)

    def test_page_by_page_with_whom_a_flag_doubts_first(self, django_assert_num_queries):
        project = make_project(overlap=9, max_votes=9)
        people = [make_member(project) for _ in range(7)]
        for n, person in zip([2, 3, 0, 1, 1, 0, 1], people, strict=True):
            for _ in range(n):
                make_annotation(make_item(project), person, "ham")
        make_flag(project, 0.9, kind="drift", subject=f"annotator:{people[5].pk}", annotator=people[5])
        one = make_annotation(make_item(project), people[2], "ham")
        make_flag(project, 1.0, annotator=people[2], annotation=one)  # doubts a label, not her
        seen, after = [], None
        while True:
            with django_assert_num_queries(1):
                batch = annotators(project, limit=3, after=after)
            if not batch:
                break
            seen += [found.row["username"] for found in batch]
            after = batch[-1].place
        wanted = [people[n] for n in (5, 1, 0, 2, 3, 4, 6)]
        assert seen == [person.username for person in wanted] + [project.created_by.username]


class TestFlags:
    def test_worst_first_page_by_page(self):
        project = make_project()
        for score in (0.5, 0.9, 0.9, 1.0, 0.7, 0.9):
            make_flag(project, score)
        make_flag(make_project(), 1.0)
        seen, after = [], None
        while batch := list(flags(project, after=after)[:2]):
            seen += batch
            after = [batch[-1].score, batch[-1].pk]
        assert [flag.score for flag in seen] == [1.0, 0.9, 0.9, 0.9, 0.7, 0.5]
        assert len({flag.pk for flag in seen}) == 6

    def test_filters(self):
        project = make_project()
        make_flag(project, 0.5)
        make_flag(project, 0.6, kind="drift")
        make_flag(project, 0.7, status="dismissed", closed_at=timezone.now())
        assert len(flags(project)) == 2
        assert [flag.kind for flag in flags(project, kind="drift")] == ["drift"]
        assert [flag.score for flag in flags(project, status="dismissed")] == [0.7]
        assert len(flags(project, status="all")) == 3

    def test_texts_of_items_are_not_read(self):
        project = make_project()
        make_flag(project, 0.5, item=make_item(project))
        flag = flags(project).get()
        assert {"data", "metadata"} <= flag.item.get_deferred_fields()
        assert Item.objects.get(flags=flag).external_id == flag.item.external_id

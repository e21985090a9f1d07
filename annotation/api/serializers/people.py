"""Log-ins, tokens, accounts and members."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import Text, Whole
from annotation.kinds import NAMES
from annotation.models import LANGUAGES, Role
from annotation.models import Membership as MembershipRow


class Credentials(s.Serializer[Any]):
    username = Text(max_length=150)
    password = Text(max_length=1000)
    code = Text(max_length=50, required=False, help_text="Of the second factor, for an account that has one.")


class LogInMethods(s.Serializer[Any]):
    provider = Text(allow_null=True, help_text="Name of the identity provider; null: there is none.")
    second_factor = s.BooleanField(help_text="Whether people may set up a second factor.")


class ThenTo(s.Serializer[Any]):
    then = Text(max_length=2000, required=False, default="/", help_text="Where to go in the page afterwards.")


class GoTo(s.Serializer[Any]):
    url = s.URLField()


class Token(s.Serializer[Any]):
    token = Text()


class TokenRow(s.Serializer[Any]):
    id = s.IntegerField()
    name = Text()
    read_only = s.BooleanField()
    project = s.IntegerField(allow_null=True, help_text="The only project that it opens; null: all of its owner's.")
    expires_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()
    last_used_on = s.DateField(allow_null=True)


class NewToken(s.Serializer[Any]):
    name = Text(max_length=100, required=False, allow_blank=True, default="")
    read_only = s.BooleanField(required=False, default=False, help_text="Only GET.")
    project = Whole(required=False, allow_null=True, default=None, help_text="The only project that it opens.")
    expires_at = s.DateTimeField(required=False, allow_null=True, default=None)


class MembershipOf(s.Serializer[Any]):
    project = s.IntegerField()
    name = Text()
    role = s.ChoiceField(Role.choices)
    kind = s.ChoiceField(NAMES)


class Me(s.Serializer[Any]):
    id = s.IntegerField()
    username = Text()
    is_admin = s.BooleanField()
    language = Text(allow_blank=True, help_text="Empty: as the browser says.")
    second_factor = s.ChoiceField(
        ["code", "set_up"], allow_null=True, help_text="What this session has still to prove before it can do anything."
    )
    memberships = MembershipOf(many=True)


class MyChoices(s.Serializer[Any]):
    language = s.ChoiceField(choices=LANGUAGES)


class CurrentPassword(s.Serializer[Any]):
    current = Text(max_length=1000)


class NewPassword(CurrentPassword):
    password = Text(max_length=1000)


class Member(s.Serializer[Any]):
    username = Text()
    role = s.ChoiceField(Role.choices)
    annotations = s.IntegerField()
    paused = s.BooleanField(help_text="Gets no more questions for now.")
    training = s.ChoiceField(MembershipRow.Training.choices)
    training_score = s.FloatField(allow_null=True, help_text="Share right in training.")
    created_at = s.DateTimeField()


class NewMember(s.Serializer[Any]):
    username = s.JSONField()
    role = s.JSONField()
    password = s.JSONField(required=False, help_text="Makes the account; instance administrators only.")

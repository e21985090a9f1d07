"""What ./start says of the accounts that one can log in with."""

from pathlib import Path

from config.telling import demo_logins

SECRETS = Path("/data/secrets.json")


def test_without_a_demo_nothing_is_said_of_it():
    assert demo_logins({"admin_password": "x"}, SECRETS) == []
    assert demo_logins({"demo_made": True}, SECRETS) == []  # made before its accounts could be logged in to


def test_the_demos_password_is_printed_until_it_is_made_and_lies_in_the_file_after():
    first = demo_logins({"demo_password": "told-once"}, SECRETS)
    assert "annotator.demo, reviewer.demo, manager.demo" in first[0]
    assert first[1].endswith("told-once")
    later = demo_logins({"demo_password": "told-once", "demo_made": True}, SECRETS)
    assert "reviewer.demo" in later[0]
    assert "told-once" not in later[1]
    assert later[1].endswith(str(SECRETS))

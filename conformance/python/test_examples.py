"""The examples, as they are, as programs of their own."""

import json

import pytest

from server import ROOT, wait_until

EXAMPLES = ROOT / "bindings/python/examples"


@pytest.fixture
def bot(ours):
    return ours.create_user("robot", bot=True)


def source(name):
    return (EXAMPLES / name).read_text()


def direct_messages(user, bot):
    """What the bot said to this user alone."""
    narrow = json.dumps([{"operator": "dm", "operand": [bot.email]}])
    found = user.call("GET", "/messages", anchor="newest", num_before=100, num_after=0, narrow=narrow, apply_markdown=False)
    return [message["content"] for message in found["messages"] if message["sender_email"] == bot.email]


def tell(user, bot, content):
    answer = user.call("POST", "/messages", type="direct", to=[bot.email], content=content)
    assert answer["result"] == "success", answer


def test_the_echo_bot_answers(ours, bot, run):
    run(bot, source("echo_bot.py"))
    ours.wait_for_polls(1)
    tell(ours.hamlet, bot, "Words, words")
    wait_until("an echo", lambda: direct_messages(ours.hamlet, bot) == ["Words, words"])


def test_the_reminder_bot_survives_restarts(ours, bot, run):
    script = run(bot, source("reminder_bot.py"))
    ours.wait_for_polls(1)
    tell(ours.hamlet, bot, "in 3 seconds: the first")
    stored = bot.home / "reminders.json"
    wait_until("a reminder", lambda: stored.exists() and "the first" in stored.read_text())
    script.kill()
    tell(ours.hamlet, bot, "in 1 second: the second")
    ours.kill()
    ours.start()
    run(bot, source("reminder_bot.py"))
    said = {"You wanted to be reminded: the first", "You wanted to be reminded: the second"}
    wait_until("both reminders", lambda: set(direct_messages(ours.hamlet, bot)) == said)
    assert len(direct_messages(ours.hamlet, bot)) == 2


def test_the_dashboard_counts(ours, run):
    script = run(ours.hamlet, source("dashboard.py"))
    ours.wait_for_polls(1)
    ours.cordelia.send("Denmark", "castle", "x")
    script.wait_for("3 people; messages in Denmark: 1")
    ours.create_user("horatio")
    script.wait_for("4 people; messages in Denmark: 1")
    ours.cordelia.send("Venice", "market", "x")
    script.wait_for("Denmark: 1, Venice: 1")
    assert script.interrupt() == 0

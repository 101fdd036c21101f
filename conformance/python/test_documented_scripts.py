"""The scripts that the API's documentation shows, with nothing changed but the import, each in a process of its own."""

import pytest

ON_EACH_MESSAGE = """
import sys
import zulip

# Pass the path to your zuliprc file here.
client = zulip.Client(config_file="~/zuliprc")

client.call_on_each_message(lambda msg: sys.stdout.write(str(msg) + "\\n"))
"""

ON_EACH_EVENT = """
import sys
import zulip

# Pass the path to your zuliprc file here.
client = zulip.Client(config_file="~/zuliprc")

client.call_on_each_event(lambda event: sys.stdout.write(str(event) + "\\n")%s)
"""


def start(shared, run, user, source):
    before = shared.registrations()
    script = run(user, source)
    shared.wait_for_registrations(before + 1)
    return script


def test_on_each_message(shared, run, parsed):
    script = start(shared, run, shared.hamlet, ON_EACH_MESSAGE)
    message_id = shared.cordelia.send("Denmark", "castle", "on each message, **bold**")
    message = parsed(script.wait_for("on each message"))
    assert message["id"] == message_id
    assert message["type"] == "stream"
    assert (message["display_recipient"], message["subject"]) == ("Denmark", "castle")
    assert message["content"] == "on each message, **bold**"
    assert message["content_type"] == "text/x-markdown"
    assert message["sender_email"] == shared.cordelia.email


def test_on_each_event_gets_events_of_all_types(shared, run, parsed):
    script = start(shared, run, shared.hamlet, ON_EACH_EVENT % "")
    shared.cordelia.send("Denmark", "castle", "among all events")
    event = parsed(script.wait_for("among all events"))
    assert (event["type"], event["flags"]) == ("message", [])
    assert isinstance(event["id"], int)
    shared.create_user("rosencrantz")
    event = parsed(script.wait_for("Rosencrantz"))
    assert (event["type"], event["op"]) == ("realm_user", "add")
    assert event["person"]["email"] == "rosencrantz@example.com"


def test_on_each_event_with_event_types(shared, run):
    script = start(shared, run, shared.hamlet, ON_EACH_EVENT % ", event_types=['message']")
    shared.create_user("guildenstern")
    shared.cordelia.send("Denmark", "castle", "only messages")
    script.wait_for("only messages")
    assert script.count("realm_user") == 0


@pytest.mark.parametrize("narrow", ["[['stream', 'Denmark']]", "['stream', 'Denmark']", "[['channel', 'denmark']]"])
def test_on_each_event_with_narrow(shared, run, parsed, narrow):
    options = f", event_types=['message'], narrow={narrow}"
    script = start(shared, run, shared.hamlet, ON_EACH_EVENT % options)
    shared.cordelia.send("Venice", "market", "elsewhere")
    shared.cordelia.send("Denmark", "castle", f"right here {narrow.count('[')}")
    event = parsed(script.wait_for("right here"))
    assert event["message"]["display_recipient"] == "Denmark"
    assert script.count("elsewhere") == 0


def test_direct_messages_reach_both_and_nobody_else(shared, run, parsed):
    hamlet = start(shared, run, shared.hamlet, ON_EACH_MESSAGE)
    desdemona = start(shared, run, shared.desdemona, ON_EACH_MESSAGE)
    shared.cordelia.client().send_message({"type": "direct", "to": [shared.hamlet.email], "content": "for you alone"})
    message = parsed(hamlet.wait_for("for you alone"))
    assert message["type"] == "private"
    assert [user["email"] for user in message["display_recipient"]] == [shared.cordelia.email, shared.hamlet.email]
    shared.cordelia.send("Denmark", "castle", "for everybody")
    desdemona.wait_for("for everybody")
    assert desdemona.count("for you alone") == 0

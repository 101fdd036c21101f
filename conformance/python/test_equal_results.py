"""The same calls through each package: the same names, the same parameters, the same answers."""

import importlib
import inspect
import io
from email.parser import BytesParser
from email.policy import HTTP

import pytest
import zulip

from fake import Fake, success
from server import Server

PACKAGES = ["zulip", "tidings", "aloha"]

# What differs from call to call, whoever calls.
VARYING = {"id", "queue_id", "timestamp", "max_message_id", "last_event_id", "max_id", "server_timestamp", "recipient_id"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("equal"))
    server.start()
    server.desdemona = server.create_user("desdemona", "owner")
    server.cordelia = server.create_user("cordelia")
    yield server
    server.stop()


def client(user, package):
    return importlib.import_module(package).Client(config_file=str(user.zuliprc), client="Test/1.0")


def steady(value):
    if isinstance(value, dict):
        return {key: "…" if key in VARYING else steady(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [steady(inner) for inner in value]
    return value


def a_day(desdemona, cordelia, package):
    """Answers to what a program does in a day."""
    me = desdemona.get_profile()
    cordelia_id = cordelia.get_profile()["user_id"]
    yield me
    # Each package has channels of its own, with names of the same length.
    channel = f"room-{PACKAGES.index(package)}"
    topic = "castle"
    yield desdemona.add_subscriptions([{"name": channel, "description": "x"}], principals=[me["user_id"], cordelia_id])[
        "result"
    ]
    stream_id = desdemona.get_stream_id(channel)["stream_id"]
    queue = desdemona.register(event_types=["message", "reaction"], narrow=[["stream", channel]])
    yield queue
    sent = desdemona.send_message({"type": "stream", "to": channel, "topic": topic, "content": "*one* é"})
    yield sent
    yield desdemona.send_message({"type": "direct", "to": [cordelia_id], "content": "two"})
    yield desdemona.send_message({"type": "stream", "to": "nowhere", "topic": topic, "content": "x"})
    yield cordelia.add_reaction({"message_id": sent["id"], "emoji_name": "octopus"})
    yield cordelia.add_reaction({"message_id": sent["id"], "emoji_name": "octopus"})
    yield cordelia.remove_reaction({"message_id": sent["id"], "emoji_name": "octopus"})
    yield desdemona.update_message({"message_id": sent["id"], "content": "three"})
    yield desdemona.get_raw_message(sent["id"])["raw_content"]
    yield [entry["content"] for entry in desdemona.get_message_history(sent["id"])["message_history"]]
    narrow = [{"operator": "stream", "operand": channel}, {"operator": "topic", "operand": topic}]
    found = desdemona.get_messages({"anchor": "newest", "num_before": 5, "num_after": 0, "narrow": narrow})
    yield [(message["content"], message["client"], message["flags"]) for message in found["messages"]]
    yield desdemona.check_messages_match_narrow(msg_ids=[sent["id"]], narrow=narrow)["result"]
    yield desdemona.update_message_flags({"messages": [sent["id"]], "op": "add", "flag": "starred"})["result"]
    events = desdemona.get_events(queue_id=queue["queue_id"], last_event_id=queue["last_event_id"])["events"]
    yield [(event["type"], event.get("op"), sorted(event)) for event in events]
    yield desdemona.deregister(queue["queue_id"])
    yield desdemona.deregister(queue["queue_id"])["code"]
    yield desdemona.get_stream_topics(stream_id)
    yield sorted(desdemona.get_subscribers(stream=channel)["subscribers"])
    yield desdemona.get_subscribers(stream="nowhere")
    yield desdemona.mark_all_as_read()["result"]
    yield desdemona.update_subscription_settings([{"stream_id": stream_id, "property": "pin_to_top", "value": True}])[
        "result"
    ]
    yield desdemona.get_subscription_status(cordelia_id, stream_id)
    yield desdemona.remove_subscriptions([channel], principals=[cordelia_id])["removed"] == [channel]
    yield desdemona.delete_message(sent["id"])
    yield desdemona.get_members()
    yield desdemona.get_users({"client_gravatar": True})
    yield desdemona.get_user_by_id(cordelia_id, include_custom_profile_fields=True)
    yield desdemona.get_server_settings()
    yield desdemona.update_presence({"status": "active", "ping_only": True})["result"]
    yield desdemona.set_typing_status({"op": "start", "to": [cordelia_id]})
    yield desdemona.add_alert_words(["tide"])
    yield desdemona.get_alert_words()
    yield desdemona.remove_alert_words(["tide"])
    yield desdemona.render_message({"content": "**x**"})
    yield desdemona.call_endpoint("users/me", method="GET")
    yield desdemona.call_endpoint(url="get_stream_id?stream=nowhere", method="GET")
    yield desdemona.call_endpoint(url="nowhere", method="GET")["result"]
    # As it was.
    desdemona.delete_stream(stream_id)


def test_answers_are_equal(server):
    answers = {}
    for package in PACKAGES:
        desdemona, cordelia = client(server.desdemona, package), client(server.cordelia, package)
        answers[package] = [steady(answer) for answer in a_day(desdemona, cordelia, package)]
    for ours in PACKAGES[1:]:
        assert len(answers[ours]) == len(answers["zulip"])
        for number, (answer, official) in enumerate(zip(answers[ours], answers["zulip"])):
            assert answer == official, f"{ours}, answer {number}"


@pytest.mark.parametrize("package", PACKAGES[1:])
def test_calls_have_the_same_names_and_parameters(package):
    module = importlib.import_module(package)
    # How the official one talks over HTTP is its own affair.
    internal = {"ensure_session", "get_user_agent"}
    for name, function in inspect.getmembers(zulip.Client, inspect.isfunction):
        if name in internal or (name.startswith("_") and name != "__init__"):
            continue
        theirs = inspect.signature(function).parameters.values()
        for client in (module.Client, module.AsyncClient):
            ours = inspect.signature(getattr(client, name)).parameters
            for parameter in theirs:
                known = ours.get(parameter.name)
                kinds = {each.kind for each in ours.values()}
                assert known is not None or parameter.kind in kinds, f"{client}.{name}: {parameter}"
            positional = [each.name for each in theirs if each.kind is each.POSITIONAL_OR_KEYWORD]
            assert list(ours)[: len(positional)] == positional, f"{client}.{name}"


def test_uploads_are_equal():
    parts = {}
    for package in PACKAGES:
        server = Fake(lambda *_: success(zulip_version="11.0", url="/user_uploads/1"))
        try:
            file = io.BytesIO(b"\x00\r\n--x\xff")
            file.name = "/tmp/a picture.png"
            answer = importlib.import_module(package).Client(**server.credentials()).upload_file(file)
            assert answer["url"] == "/user_uploads/1"
            _, path, _, headers, body = server.requests[-1]
            assert path == "/api/v1/user_uploads"
            head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
            message = BytesParser(policy=HTTP).parsebytes(head + body)
            parts[package] = [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_parts()]
        finally:
            server.stop()
    assert parts["zulip"] == parts["tidings"] == parts["aloha"] != []


def test_the_program_is_named_to_the_server():
    for package, client, agent in [
        ("tidings", None, "TidingsPython"),
        ("aloha", None, "AlohaPython"),
        ("aloha", "Bot/1.0", "Bot/1.0"),
    ]:
        server = Fake(lambda *_: success())
        try:
            importlib.import_module(package).Client(**server.credentials(), client=client).get_profile()
            assert server.requests[-1][3]["User-Agent"].split(" ")[0] == agent
        finally:
            server.stop()

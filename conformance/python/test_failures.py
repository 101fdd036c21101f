"""What our package does when something fails: the server, what is between, the program, or whoever runs it."""

import itertools
import json
import threading

import pytest
import tidings

from fake import Fake, refused, success
from server import wait_until


@pytest.fixture
def fake():
    """Starts servers that answer as a test says."""
    started = []

    def start(answer):
        started.append(Fake(answer))
        return started[-1]

    yield start
    for server in started:
        server.stop()


class Enough(Exception):
    """What callbacks end a loop with."""


def until(count, seen):
    """A callback that notes ids, and ends the loop after so many."""

    def callback(event):
        seen.append(event["id"])
        if len(seen) == count:
            raise Enough

    return callback


def scripted(*answers):
    """Registers, then answers polls with these, one after the other. A number stands for the event of that id, which
    the answers after it hold again until it is acknowledged."""
    script = iter(answers)
    pending = []

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        acknowledged = int(params["last_event_id"])
        pending[:] = [number for number in pending if number > acknowledged]
        following = next(script, None)
        if isinstance(following, int):
            pending.append(following)
            return success(events=[{"id": number, "type": "x"} for number in pending])
        return following

    return answer


def test_whatever_a_server_answers_each_event_comes_once(fake):
    html = (200, {}, b"<html>Log in to the hotel's network</html>")
    whole = success(events=[{"id": 9, "type": "x"}])
    server = fake(
        scripted(
            1,
            (500, {}, b"<h1>Internal Server Error</h1>"),
            2,
            refused(429, "RATE_LIMIT_HIT", **{"Retry-After": "0"}),
            3,
            (200, {}, b"\x00\xff{{{"),
            4,
            (-200, *whole[1:]),
            5,
            None,
            6,
            html,
            7,
            refused(503, "SERVER_NOT_READY"),
            8,
        )
    )
    seen = []
    with pytest.raises(Enough):
        tidings.Client(**server.credentials()).call_on_each_event(until(8, seen))
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    assert server.count("/api/v1/register") == 1


@pytest.mark.parametrize(
    "always",
    [None, (500, {}, b""), (200, {}, b"garbage"), refused(429, "RATE_LIMIT_HIT"), success(events=[])],
    ids=["nothing", "500", "garbage", "429", "no events"],
)
def test_there_is_no_busy_loop(fake, always):
    enough = threading.Event()
    polls = itertools.count(1)

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        if next(polls) == 4:
            enough.set()
        return always

    server = fake(answer)
    client = tidings.Client(**server.credentials())
    threading.Thread(target=client.call_on_each_event, args=(print,), daemon=True).start()
    # Pauses are random, but the fourth request cannot come at once: three pauses are at least a tenth of a second each.
    assert not enough.wait(0.25)


def test_retry_after_is_respected(fake):
    server = fake(scripted(refused(429, "RATE_LIMIT_HIT", **{"Retry-After": "3600"}), 1))
    client = tidings.Client(**server.credentials())
    threading.Thread(target=client.call_on_each_event, args=(print,), daemon=True).start()
    wait_until("a poll", lambda: server.count("/api/v1/events") == 1)
    assert not wait_for_second(server)


def wait_for_second(server):
    try:
        return wait_until("a second poll", lambda: server.count("/api/v1/events") > 1, timeout=2)
    except AssertionError:
        return False


def test_calls_that_read_are_repeated_and_others_are_not(fake):
    answers = iter([success(n=1), None, (502, {}, b""), success(n=2)])
    server = fake(lambda method, *_: next(answers) if method == "GET" else None)
    client = tidings.Client(**server.credentials())
    assert client.get_profile()["n"] == 1
    assert client.get_profile()["n"] == 2
    with pytest.raises(tidings.UnreachableError):
        client.send_message({"type": "stream", "to": "Denmark", "topic": "x", "content": "x"})
    assert server.count("/api/v1/messages") == 1
    hasty = tidings.Client(**server.credentials(), retry_on_errors=False)
    answers = iter([(502, {}, b"")])
    answer = hasty.get_profile()
    assert (answer["result"], answer["status_code"]) == ("http-error", 502)


def test_a_redirect_is_told(fake):
    server = fake(lambda *_: (301, {"Location": "https://chat.example.com/"}, b""))
    answer = tidings.Client(**server.credentials()).get_profile()
    assert answer["result"] == "http-error"
    assert "https://chat.example.com/" in answer["msg"]


def test_no_server_is_told_at_once():
    client = tidings.Client(email="a@example.com", api_key="k", site="http://127.0.0.1:1")
    with pytest.raises(tidings.UnreachableError, match="127.0.0.1:1"):
        client.get_profile()
    with pytest.raises(ConnectionError):
        client.send_message({})


def test_a_wrong_key_ends_the_loop(ours):
    client = tidings.Client(email=ours.hamlet.email, api_key="x" * 32, site=ours.site)
    with pytest.raises(tidings.RefusedError) as caught:
        client.call_on_each_event(print)
    assert (caught.value.code, caught.value.status) == ("UNAUTHORIZED", 401)
    assert "Invalid API key" in str(caught.value)
    assert caught.value.answer["result"] == "error"


def test_wrong_options_end_the_loop(ours):
    with pytest.raises(tidings.RefusedError) as caught:
        ours.hamlet.client().call_on_each_event(print, narrow=[["nonsense", "x"]])
    assert caught.value.status == 400


def test_a_queue_that_is_gone_is_said_to_be(ours, caplog):
    resets, contents = [], []

    def on_reset(reset):
        resets.append((reset.reason, reset.events_missed))
        queue_id = reset.state["queue_id"]
        if len(resets) == 1:
            ours.hamlet.call("DELETE", "/events", queue_id=queue_id)
        else:
            ours.cordelia.send("Denmark", "castle", "after it")

    def callback(event):
        contents.append(event["message"]["content"])
        raise Enough

    with pytest.raises(Enough):
        ours.hamlet.client().call_on_each_event(callback, event_types=["message"], on_reset=on_reset)
    assert resets == [("started", False), ("queue_lost", True)]
    assert contents == ["after it"]
    assert [record.levelname for record in caplog.records if "registered anew" in record.message] == ["WARNING"]


def test_what_a_callback_raises_arrives_and_the_event_comes_again(ours, tmp_path):
    client = ours.hamlet.client()
    options = {"event_types": ["message"], "state_file": tmp_path / "state"}
    seen, resets = [], []

    def failing(event):
        seen.append(event["message"]["content"])
        if seen[-1] == "second":
            raise ValueError("no seconds")

    def on_reset(reset):
        resets.append(reset.reason)
        for content in ["first", "second", "third"]:
            ours.cordelia.send("Denmark", "castle", content)

    with pytest.raises(ValueError, match="no seconds"):
        client.call_on_each_event(failing, on_reset=on_reset, **options)
    assert seen == ["first", "second"]

    def ending(event):
        seen.append(event["message"]["content"])
        if seen[-1] == "third":
            raise Enough

    with pytest.raises(Enough):
        client.call_on_each_event(ending, on_reset=lambda reset: resets.append(reset.reason), **options)
    assert seen == ["first", "second", "second", "third"]
    assert resets == ["started", "resumed"]


def test_a_break_after_acknowledging_is_remembered(ours, tmp_path):
    client = ours.hamlet.client()
    options = {"event_types": ["message"], "state_file": tmp_path / "state"}
    with client.events(on_reset=lambda _: ours.cordelia.send("Denmark", "castle", "first"), **options) as events:
        assert next(events)["message"]["content"] == "first"
        events.acknowledge()
    ours.cordelia.send("Denmark", "castle", "second")
    with client.events(**options) as events:
        assert next(events)["message"]["content"] == "second"


def test_closing_ends_the_loop_of_another_thread(ours):
    events = ours.hamlet.client().events(event_types=["message"])
    thread = threading.Thread(target=lambda: list(events), daemon=True)
    thread.start()
    ours.wait_for_polls(1)
    closing = threading.Thread(target=events.close, daemon=True)
    closing.start()
    for each in (closing, thread):
        each.join(timeout=5)
        assert not each.is_alive()


def test_a_state_file_is_for_one_process(ours, tmp_path):
    client = ours.hamlet.client()
    path = tmp_path / "state"
    with client.events(state_file=path, on_reset=lambda _: ours.cordelia.send("Denmark", "castle", "one")) as events:
        next(events)
        with pytest.raises(tidings.StateFileError, match="in use"):
            client.events(state_file=path)
    client.events(state_file=path).close()
    path.write_text("something else")
    with pytest.raises(tidings.StateFileError, match="not a saved position"):
        next(client.events(state_file=path))


def test_a_queue_with_a_name_goes_on(ours):
    client = ours.hamlet.client()
    options = {"event_types": ["message"], "queue_name": "bot"}
    with client.events(on_reset=lambda _: ours.cordelia.send("Denmark", "castle", "first"), **options) as events:
        assert next(events)["message"]["content"] == "first"
        events.acknowledge()
    ours.cordelia.send("Denmark", "castle", "second")
    resets = []
    with client.events(on_reset=resets.append, **options) as events:
        assert next(events)["message"]["content"] == "second"
    assert [reset.reason for reset in resets] == ["resumed"]


REMEMBERING = """
import tidings

client = tidings.Client(config_file="~/zuliprc")
client.call_on_each_event(
    lambda event: print("got", event["message"]["content"]),
    event_types=["message"],
    state_file="~/state",
    on_reset=lambda reset: print(reset.reason),
)
"""


def test_a_program_that_is_killed_hears_everything(ours, run):
    script = run(ours.hamlet, REMEMBERING)
    script.wait_for("started")
    ours.cordelia.send("Denmark", "castle", "one")
    script.wait_for("got one")
    script.kill()
    ours.cordelia.send("Denmark", "castle", "two")
    ours.kill()
    ours.start()
    ours.cordelia.send("Denmark", "castle", "three")
    script = run(ours.hamlet, REMEMBERING)
    script.wait_for("got three")
    assert script.count("resumed") == 1
    assert (script.count("got two"), script.count("got three")) == (1, 1)
    # Killed between the callback and the position being saved, it hears the last one again; and never an older one.
    assert script.count("got one") <= 1


def test_what_is_configured_wrongly_is_named(tmp_path, monkeypatch):
    for name in ["EMAIL", "API_KEY", "SITE", "CONFIG"]:
        monkeypatch.delenv(f"ZULIP_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(tidings.MissingURLError, match="ZULIP_SITE"):
        tidings.Client()
    (tmp_path / ".zuliprc").write_text("[api]\nsite=chat.example.com\nemail=a@example.com\n")
    with pytest.raises(tidings.ConfigNotFoundError, match=r"`key`.*\.zuliprc"):
        tidings.Client()
    monkeypatch.setenv("ZULIP_ALLOW_INSECURE", "yes")
    with pytest.raises(tidings.ConfigError, match="ZULIP_ALLOW_INSECURE"):
        tidings.Client(api_key="k")
    monkeypatch.setenv("ZULIP_ALLOW_INSECURE", "false")
    monkeypatch.setenv("ZULIP_EMAIL", "b@example.com")
    client = tidings.Client(api_key="k")
    assert (client.email, client.base_url) == ("b@example.com", "https://chat.example.com/api/")
    with pytest.raises(tidings.ConfigError, match="missing.pem"):
        tidings.Client(api_key="k", cert_bundle="missing.pem")


def test_a_fork_has_connections_of_its_own(ours, run):
    script = run(
        ours.hamlet,
        """
import os
import tidings

client = tidings.Client(config_file="~/zuliprc")
client.get_profile()
if os.fork() == 0:
    print("child", client.get_profile()["full_name"], flush=True)
    os._exit(0)
os.wait()
print("parent", client.get_profile()["full_name"])
""",
    )
    script.wait_for("parent Hamlet")
    assert script.count("child Hamlet") == 1


def test_json_becomes_what_it_is(fake):
    values = {"a": [1, -2, 2**53, 2**64 - 1, 1.5, True, None, "é\u0000\U0001f419", "x" * 100], "": {"a": {}, "b": []}}
    server = fake(lambda *_: success(values=values))
    assert tidings.Client(**server.credentials()).get_profile()["values"] == values
    assert json.loads(json.dumps(values)) == values

"""What clients do when their queue, their key or the server is gone."""

import importlib
import re

from server import wait_until
from test_documented_scripts import ON_EACH_MESSAGE

SHOWING_THE_QUEUE = """
import sys
import zulip

client = zulip.Client(config_file="~/zuliprc")

def noted(answer):
    sys.stdout.write("queue: " + answer["queue_id"] + "\\n")
    return answer

options = {}
if hasattr(zulip, "Reset"):
    options["on_reset"] = lambda reset: noted(reset.state)
else:
    register = client.register
    client.register = lambda *args, **named: noted(register(*args, **named))

client.call_on_each_message(lambda msg: sys.stdout.write(str(msg) + "\\n"), **options)
"""


def test_a_deleted_queue_is_registered_again(shared, run):
    script = run(shared.hamlet, SHOWING_THE_QUEUE)
    queue_id = script.wait_for("queue: ").split()[1]
    answer = shared.hamlet.call("DELETE", "/events", queue_id=queue_id)
    assert answer["result"] == "success", answer
    wait_until("a second registration", lambda: script.count("queue: ") == 2)
    shared.cordelia.send("Denmark", "castle", "after the second registration")
    script.wait_for("after the second registration")
    queues = {line.split()[1] for line in script.seen if line.startswith("queue: ")}
    assert len(queues) == 2


def test_a_killed_server_loses_nothing_and_repeats_nothing(own, run):
    script = run(own.hamlet, SHOWING_THE_QUEUE)
    own.wait_for_polls(1)
    own.cordelia.send("Denmark", "castle", "before the crash")
    script.wait_for("before the crash")
    own.wait_for_polls(1)
    for round in range(3):
        own.kill()
        own.start()
        # Sent at once: the script is still waiting to try again.
        own.cordelia.send("Denmark", "castle", f"after crash {round}")
        script.wait_for(f"after crash {round}")
    assert script.count("queue: ") == 1, "the queue was not kept"
    assert script.count("before the crash") == 1
    for round in range(3):
        assert script.count(f"after crash {round}") == 1


def test_what_was_acknowledged_before_the_kill_is_there_after_it(own):
    queue = own.hamlet.call("POST", "/register", event_types=["message"])
    sent = [own.cordelia.send("Denmark", "castle", f"number {number}") for number in range(20)]
    own.kill()
    own.start()
    answer = own.hamlet.call(
        "GET", "/events", queue_id=queue["queue_id"], last_event_id=queue["last_event_id"], dont_block=True
    )
    assert [event["message"]["id"] for event in answer["events"] if event["type"] == "message"] == sent
    ids = [event["id"] for event in answer["events"]]
    assert ids == sorted(set(ids))


def test_a_wrong_key_is_told(shared, run, tmp_path):
    good = shared.hamlet.zuliprc.read_text()
    bad = tmp_path / "zuliprc"
    bad.write_text(re.sub("key=.*", "key=" + "x" * 32, good))
    client = importlib.import_module(shared.package).Client(config_file=str(bad))
    answer = client.get_profile()
    assert (answer["result"], answer["code"], answer["msg"]) == ("error", "UNAUTHORIZED", "Invalid API key")


def test_a_clean_stop_answers_waiting_clients(own, run):
    script = run(own.hamlet, ON_EACH_MESSAGE)
    own.wait_for_polls(1)
    own.stop()
    own.start()
    own.wait_for_polls(1)
    own.cordelia.send("Denmark", "castle", "after the stop")
    script.wait_for("after the stop")
    assert script.count("after the stop") == 1

"""Signals, while our package waits: handlers run at once, and a wait costs nothing."""

import signal
import threading

import pytest
import tidings

from fake import Fake, success
from server import Script, wait_until

INTERRUPTED = """
import threading
import tidings

client = tidings.Client(config_file="~/zuliprc")
ticking = threading.Timer(0.2, lambda: print("others run meanwhile"))
ticking.daemon = True

try:
    client.call_on_each_event(print, event_types=["message"], on_reset=lambda _: ticking.start())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture
def silent():
    """A server that answers polls when it is told to."""
    go = threading.Event()

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        assert go.wait(20)
        return success(events=[{"id": int(params["last_event_id"]) + 1, "type": "x"}])

    server = Fake(answer)
    server.go = go
    yield server
    go.set()
    server.stop()


def test_ctrl_c_ends_a_wait_and_other_threads_run(ours):
    script = Script(ours.hamlet, INTERRUPTED)
    try:
        ours.wait_for_polls(1)
        script.wait_for("others run meanwhile")
        assert script.interrupt() == 0
        script.wait_for("interrupted")
    finally:
        script.kill()


def test_ctrl_c_ends_a_program_that_does_not_expect_it(ours):
    script = Script(ours.hamlet, INTERRUPTED.replace("except KeyboardInterrupt:", "except LookupError:"))
    try:
        ours.wait_for_polls(1)
        assert script.interrupt() == -signal.SIGINT
        script.wait_for("KeyboardInterrupt")
    finally:
        script.kill()


HANDLING = """
import os, signal
{before}
handled = []

def handler(number, frame):
    handled.append(number)
    print("handled", len(handled))

signal.signal(signal.SIGUSR1, handler)
print("woken by", signal.set_wakeup_fd(-1))
signal.set_wakeup_fd({number})

def each(event):
    print("event", event["id"])
    print("still woken by", signal.set_wakeup_fd(-1))
    raise SystemExit

client.call_on_each_event(each)
"""


@pytest.mark.parametrize("before", ["number = -1", "number = os.pipe2(os.O_NONBLOCK)[1]"], ids=["free", "taken"])
def test_handlers_of_the_program_run_and_the_wait_goes_on(silent, before, tmp_path):
    script = silent.script(tmp_path, HANDLING.format(before=before, number="number"))
    try:
        wait_until("a poll", lambda: silent.count("/api/v1/events") == 1)
        for count in range(1, 4):
            script.process.send_signal(signal.SIGUSR1)
            script.wait_for(f"handled {count}", timeout=5)
        silent.go.set()
        script.wait_for("event 1")
        # What the program had set is in its place again.
        number = script.wait_for("still woken by").split()[-1]
        assert (number == "-1") == (before == "number = -1")
        assert script.process.wait(timeout=20) == 0
    finally:
        script.kill()


RESTING = """
import resource, threading, time

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_nvcsw + usage.ru_nivcsw, usage.ru_utime + usage.ru_stime

def watch():
    time.sleep(1)
    before = used()
    time.sleep(3)
    after = used()
    print("switches", after[0] - before[0])
    print("cpu", after[1] - before[1])

threading.Thread(target=watch, daemon=True).start()
client.call_on_each_event(print)
"""


def test_a_wait_is_not_woken_for_nothing(silent, tmp_path):
    script = silent.script(tmp_path, RESTING)
    try:
        switches = int(script.wait_for("switches").split()[1])
        assert switches < 15, "in three seconds; twenty looks a second would be sixty"
        assert float(script.wait_for("cpu").split()[1]) < 0.05
    finally:
        script.kill()


def test_other_threads_wait_without_signals(silent):
    seen = []
    client = tidings.Client(**silent.credentials())
    thread = threading.Thread(target=lambda: seen.append(next(client.events())["id"]), daemon=True)
    thread.start()
    wait_until("a poll", lambda: silent.count("/api/v1/events") == 1)
    before = signal.set_wakeup_fd(-1)
    assert before == -1
    silent.go.set()
    thread.join(timeout=20)
    assert seen == [1]

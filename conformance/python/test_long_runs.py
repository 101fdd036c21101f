"""What shows only after a long time: memory that grows, and clocks that are set."""

import subprocess
import sys
import time

import pytest

from fake import Fake, refused, success
from server import wait_until

EVENTS = 100_000
PER_ANSWER = 1_000

SYNCHRONOUS = """
client.call_on_each_event(each)
"""

ASYNCHRONOUS = """
import asyncio

asyncio.run(tidings.AsyncClient(site=client.base_url, email=client.email, api_key=client.api_key).call_on_each_event(each))
"""

MEASURED = """
import re

count = 0
resident = []

def each(event):
    global count
    count += 1
    if count % 20_000 == 0:
        with open("/proc/self/status") as file:
            resident.append(int(re.search(r"VmRSS:\\s+(\\d+) kB", file.read())[1]))
    if count == {events}:
        print("resident", *resident)
        raise SystemExit
"""


def event(number):
    """Each with keys, names and numbers that no other has, and some that all have."""
    message = {"id": number, "content": f"number {number} " * 40, "sender_full_name": f"Person {number}", "reactions": []}
    return {"type": "message", "message": {**message, f"key{number}": {f"inner{number}": [number]}}, "id": number}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("follow", [SYNCHRONOUS, ASYNCHRONOUS], ids=["client", "async client"])
def test_memory_does_not_grow_with_events(tmp_path, follow):
    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=-1)
        first = int(params["last_event_id"]) + 1
        return success(events=[event(number) for number in range(first, first + PER_ANSWER)])

    server = Fake(answer)
    script = server.script(tmp_path, MEASURED.format(events=EVENTS) + follow)
    try:
        resident = [int(kilobytes) for kilobytes in script.wait_for("resident", timeout=120).split()[1:]]
        # An answer has about 700 KB. What the first fifth needed is enough for all, give or take one more answer.
        assert len(resident) == 5
        assert max(resident[1:]) - resident[0] < 2_000, resident
        assert script.process.wait(timeout=20) == 0
    finally:
        script.kill()
        server.stop()


MOVED = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Seconds that the wall clock is off: what the file says at this moment. Other clocks are left alone. */
static long moved(void) {
    char text[32] = {0};
    int file = open(getenv("MOVED_BY"), O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += moved();
    return done;
}

time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    to->tv_sec = now.tv_sec;
    to->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""

TELLING = """
import time

client.call_on_each_event(lambda event: print("event", event["id"], int(time.time())))
"""

DAY = 24 * 3600


@pytest.mark.skipif(sys.platform != "linux", reason="puts a clock before that of the C library")
def test_a_wall_clock_that_is_set_stops_and_hurries_nothing(tmp_path):
    (tmp_path / "moved.c").write_text(MOVED)
    shim, moved_by = tmp_path / "moved.so", tmp_path / "moved_by"
    # Whoever builds the package has a C compiler.
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, tmp_path / "moved.c", "-ldl"], check=True)
    moved_by.write_text("0")
    polls, released = [], 0

    def answer(method, path, params, body):
        if path == "/api/v1/register":
            return success(queue_id="q", last_event_id=0)
        polls.append(time.monotonic())
        acknowledged = int(params["last_event_id"])
        if acknowledged == 2:
            # A pause that ends at a time of the server's clock, which nobody has set.
            if len(polls) == 3:
                return refused(503, "SERVER_NOT_READY", **{"Retry-After": date(2)})
        wait_until("the test", lambda: released > acknowledged)
        return success(events=[{"type": "x", "id": acknowledged + 1}])

    def date(seconds):
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))

    server = Fake(answer)
    script = server.script(tmp_path, TELLING, LD_PRELOAD=str(shim), MOVED_BY=str(moved_by))
    try:
        for number, offset in enumerate([0, -400 * DAY, -400 * DAY, 400 * DAY, -1, 0], start=1):
            wait_until("a poll", lambda: len(polls) >= number)
            moved_by.write_text(str(offset))
            time.sleep(0.3)
            released = number
            told = int(script.wait_for(f"event {number} ", timeout=10).split()[2])
            assert abs(told - time.time() - offset) < 30, "the clock was not moved"
        # One for each event, one that was refused, and the one that waits.
        assert 7 <= len(polls) <= 8
        assert 1 <= polls[3] - polls[2] < 6
    finally:
        released = 100
        script.kill()
        server.stop()

"""A real server in a folder of its own, and scripts that run beside it."""

import base64
import importlib
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIMEOUT_SECS = 20


def binary():
    """The server to test: as the caller says, else the newest build."""
    named = os.environ.get("TIDINGS_BINARY")
    if named:
        return named
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    builds = [path for path in (target / "debug/tidings", target / "release/tidings") if path.exists()]
    assert builds, "no server was built; run `cargo build` first"
    return str(max(builds, key=lambda path: path.stat().st_mtime))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, test, timeout=TIMEOUT_SECS):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = test()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"in vain waited for {what}")


class Server:
    """`tidings serve` on a free port; it keeps port and data when it is started again.

    Clients and scripts beside it use `package`, in the place of the official one.
    """

    def __init__(self, folder, package="zulip"):
        self.package = package
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.process = None

    def tidings(self, *args, **options):
        done = subprocess.run(
            [binary(), *map(str, args)], capture_output=True, text=True, timeout=TIMEOUT_SECS, **options
        )
        assert done.returncode == 0, f"{args}: {done.stderr}"
        return done.stdout

    def start(self, extra=()):
        command = [binary(), "serve", "--data-dir", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        command += ["--rate-limit-per-minute", "0", "--synchronous", "normal", *extra]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until("the server", self.is_healthy)

    def is_healthy(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return urllib.request.urlopen(f"{self.site}/healthz", timeout=1).status == 200
        except OSError:
            return False

    def kill(self):
        """As a power failure would: no chance to say goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(timeout=TIMEOUT_SECS) == 0

    def metric(self, name):
        text = urllib.request.urlopen(f"{self.site}/metrics", timeout=5).read().decode()
        values = [line.split()[1] for line in text.splitlines() if line.split()[0:1] == [name]]
        return float(values[0]) if values else 0.0

    def wait_for_polls(self, count):
        """Until so many clients wait at their queues."""
        wait_until(f"{count} parked polls", lambda: self.metric("tidings_polls_parked") >= count)

    def registrations(self):
        """How many queues were registered since the start. From then on a queue misses nothing."""
        return self.metric("tidings_queues_registered_total")

    def wait_for_registrations(self, count):
        wait_until(f"{count} registrations", lambda: self.registrations() >= count)

    def create_user(self, name, role="member", bot=False):
        home = self.folder / name
        home.mkdir()
        args = ["user", "create", "--data-dir", self.data, "--email", f"{name}@example.com"]
        args += ["--full-name", name.title(), "--role", role, "--zuliprc", home / "zuliprc"]
        self.tidings(*args, *(["--bot"] if bot else []))
        return User(self, name, home)


class User:
    """Somebody whose home folder holds a zuliprc."""

    def __init__(self, server, name, home):
        self.server = server
        self.name = name
        self.email = f"{name}@example.com"
        self.home = home
        self.zuliprc = home / "zuliprc"

    def client(self):
        return importlib.import_module(self.server.package).Client(config_file=str(self.zuliprc))

    def key(self):
        lines = self.zuliprc.read_text().splitlines()
        return next(line.split("=", 1)[1] for line in lines if line.startswith("key="))

    def call(self, method, path, **params):
        """The API without any client library."""
        data = urllib.parse.urlencode(
            {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        )
        url = f"{self.server.site}/api/v1{path}"
        body = None
        if method == "GET":
            url += f"?{data}"
        else:
            body = data.encode()
        request = urllib.request.Request(url, data=body, method=method)
        credentials = base64.b64encode(f"{self.email}:{self.key()}".encode()).decode()
        request.add_header("Authorization", f"Basic {credentials}")
        try:
            answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECS)
        except urllib.error.HTTPError as error:
            answer = error
        return json.loads(answer.read())

    def send(self, channel, topic, content):
        answer = self.call("POST", "/messages", type="stream", to=channel, topic=topic, content=content)
        assert answer["result"] == "success", answer
        return answer["id"]


class Script:
    """A Python program in its own process, as a user would start it; its output is read line by line."""

    def __init__(self, user, source, **variables):
        environment = {**os.environ, "HOME": str(user.home), "PYTHONUNBUFFERED": "1", **variables}
        for name in [name for name in environment if name.startswith("ZULIP_")]:
            del environment[name]
        # All that a program has to change to use another package.
        source = source.replace("import zulip\n", f"import {user.server.package} as zulip\n")
        self.process = subprocess.Popen(
            [sys.executable, "-c", source],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=user.home,
        )
        self.seen = []
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def _take(self):
        while True:
            try:
                self.seen.append(self._lines.get_nowait())
            except queue.Empty:
                return

    def wait_for(self, text, timeout=TIMEOUT_SECS):
        """The first line with this text."""

        def found():
            self._take()
            return next((line for line in self.seen if text in line), None)

        try:
            return wait_until(text, found, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; the script printed:\n" + "\n".join(self.seen)) from None

    def count(self, text):
        self._take()
        return sum(text in line for line in self.seen)

    def kill(self):
        """As a power failure would."""
        self.process.kill()
        self.process.wait()

    def interrupt(self):
        """As Ctrl-C does; says how the process ended."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=TIMEOUT_SECS)

"""The official terminal client, as somebody at a terminal sees it."""

import fcntl
import os
import pathlib
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading

import pyte
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python"))

from server import Server, wait_until  # noqa: E402

COLUMNS, LINES = 140, 45


class Terminal:
    """A program in a terminal of its own, and what is on the screen."""

    def __init__(self, command, env, folder):
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.lock = threading.Lock()
        stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", **env}
        # It would behave otherwise if it knew that it is tested.
        del env["PYTEST_CURRENT_TEST"]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=folder, start_new_session=True
        )
        os.close(slave)

        def read():
            while True:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    return
                if not data:
                    return
                with self.lock:
                    stream.feed(data)

        threading.Thread(target=read, daemon=True).start()

    def text(self):
        with self.lock:
            return "\n".join(self.screen.display)

    def shows(self, text):
        try:
            wait_until(f"{text!r} on the screen", lambda: text in self.text(), timeout=60)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.text()}") from None

    def is_writing(self):
        """Whether the line above a new message is there, with its channel and topic."""
        return any("# Denmark" in line and "▶ castle" in line for line in self.text().splitlines())

    def press(self, keys):
        os.write(self.master, keys.encode())

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
        os.close(self.master)


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


def test_it_starts_shows_what_comes_and_sends(server, tmp_path):
    owner = server.create_user("desdemona", "owner")
    hamlet = server.create_user("hamlet", "member")
    everybody = [owner.email, hamlet.email]
    answer = owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "Denmark"}], principals=everybody)
    assert answer["result"] == "success", answer
    owner.send("Denmark", "castle", "It is **cold** here.")

    rc = tmp_path / "zuliprc"
    rc.write_text(f"[api]\nemail={hamlet.email}\nkey={hamlet.key()}\nsite={server.site}\n[zterm]\nnotify=disabled\n")
    rc.chmod(0o600)
    program = pathlib.Path(sys.executable).with_name("zulip-term")
    terminal = Terminal([program, "--config-file", rc, "--no-autohide"], {"HOME": str(tmp_path)}, tmp_path)
    try:
        terminal.shows("It is cold here.")
        terminal.shows("Denmark")
        # An event: a message comes while it is looked at.
        owner.send("Denmark", "castle", "Who is there?")
        terminal.shows("Who is there?")
        # To the messages, and an answer to the topic of the one that is selected.
        terminal.press("l")
        terminal.shows("All messages  Search")
        terminal.press("r")
        wait_until("the box to write in", terminal.is_writing)
        terminal.press("Nobody.")
        terminal.shows("Nobody.")
        terminal.press("\x04")
        narrow = [{"operator": "topic", "operand": "castle"}]

        def sent():
            found = owner.call("GET", "/messages", anchor="newest", num_before=10, num_after=0, narrow=narrow)
            return [it for it in found["messages"] if it["sender_email"] == hamlet.email]

        message = wait_until("the message", sent)[0]
        assert (message["subject"], message["display_recipient"]) == ("castle", "Denmark")
        # What was looked at is read.
        terminal.press("\x1b")
        wait_until("the end of writing", lambda: not terminal.is_writing())
        terminal.press("Gk")

        def unread():
            return hamlet.call("POST", "/register", fetch_event_types=["message", "update_message_flags"])["unread_msgs"]["count"]

        wait_until("everything to be read", lambda: unread() == 0)
    finally:
        terminal.close()

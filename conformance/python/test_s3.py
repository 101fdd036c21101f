"""Uploaded files in S3: a server of its protocol that the server under test takes for the real one."""

import io
import subprocess
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree
import zlib

import pytest

from conftest import populate
from server import Server, User, binary, free_port, wait_until

# More than is sent in one piece.
LARGE = bytes(range(256)) * 4096 * 13


class Bucket:
    """A bucket that forgets everything when its server stops."""

    def __init__(self, folder):
        self.port = free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.log = folder / "s3.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "moto.server", "--port", str(self.port)]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until("the file store", self.is_there)
        urllib.request.urlopen(urllib.request.Request(f"{self.site}/uploads", method="PUT"), timeout=5)

    def is_there(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return urllib.request.urlopen(self.site, timeout=1).status == 200
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()

    def keys(self):
        """What is in it, by name, with sizes."""
        listing = urllib.request.urlopen(f"{self.site}/uploads?list-type=2", timeout=5).read()
        tree = xml.etree.ElementTree.fromstring(listing)
        found = {}
        for entry in tree.iter():
            if entry.tag.endswith("}Contents"):
                fields = {child.tag.rsplit("}", 1)[1]: child.text for child in entry}
                found[fields["Key"]] = int(fields["Size"])
        return found


@pytest.fixture
def bucket(tmp_path):
    bucket = Bucket(tmp_path)
    bucket.start()
    yield bucket
    bucket.stop()


@pytest.fixture
def server(tmp_path, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.site)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    server = Server(tmp_path, "tidings")
    server.start(EXTRA)
    populate(server)
    yield server
    server.stop()


EXTRA = ["--file-store", "s3://uploads/chat/files"]


def upload(user, name, content):
    file = io.BytesIO(content)
    file.name = name
    answer = user.client().upload_file(file)
    assert answer["result"] == "success", answer
    return answer["url"]


def fetch(user, url, **headers):
    """Status and bytes. Files are given out at addresses that work for a minute."""
    temporary = user.call("GET", url)
    assert temporary["result"] == "success", temporary
    request = urllib.request.Request(user.server.site + temporary["url"], headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, answer.read()


def png(width, height):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    rows = b"".join(b"\0" + b"\x20\x80\xe0" * width for _ in range(height))
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = chunk(b"IHDR", size + b"\x08\x02\0\0\0")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_files_go_there_and_come_back_and_are_removed(server, bucket):
    small = upload(server.hamlet, "a.txt", b"to be")
    large = upload(server.hamlet, "large.bin", LARGE)
    empty = upload(server.hamlet, "empty.txt", b"")
    sizes = sorted(size for key, size in bucket.keys().items() if "/uploads/" in key)
    assert sizes == [0, 5, len(LARGE)]
    assert all(key.startswith("chat/files/") for key in bucket.keys())
    assert not (server.data / "files").exists()

    assert fetch(server.hamlet, small) == (200, b"to be")
    assert fetch(server.hamlet, empty) == (200, b"")
    assert fetch(server.hamlet, large) == (200, LARGE)
    assert fetch(server.hamlet, large, Range="bytes=5000000-5000009") == (206, LARGE[5000000:5000010])

    refused = server.cordelia.call("GET", small)
    assert refused["result"] == "error"
    server.hamlet.send("Denmark", "files", f"[a.txt]({small})")
    assert fetch(server.cordelia, small) == (200, b"to be")

    attachments = server.hamlet.call("GET", "/attachments")["attachments"]
    for attachment in attachments:
        answer = server.hamlet.call("DELETE", f"/attachments/{attachment['id']}")
        assert answer["result"] == "success", answer
    wait_until("an empty store", lambda: not [key for key in bucket.keys() if "/uploads/" in key])


def test_previews_and_exports_are_there_too(server, bucket):
    picture = upload(server.hamlet, "sky.png", png(1200, 800))
    id = server.hamlet.send("Denmark", "files", f"[sky.png]({picture})")
    content = server.hamlet.call("GET", f"/messages/{id}")["message"]["content"]
    assert "/user_uploads/thumbnail/" in content
    assert any("/thumbnails/" in key for key in bucket.keys())

    answer = server.desdemona.call("POST", "/export/realm", export_type=1)
    assert answer["result"] == "success", answer

    def made():
        exports = server.desdemona.call("GET", "/export/realm")["exports"]
        return next((export["export_url"] for export in exports if export["export_url"]), None)

    archive = urllib.request.urlopen(wait_until("an export", made), timeout=10).read()
    assert archive[:2] == b"\x1f\x8b"


def test_a_restart_finds_them(server, bucket):
    url = upload(server.hamlet, "a.txt", b"to be")
    server.kill()
    server.start(EXTRA)
    assert fetch(server.hamlet, url) == (200, b"to be")


def test_a_store_that_is_away_is_an_error_and_messages_go_on(server, bucket):
    url = upload(server.hamlet, "a.txt", b"to be")
    bucket.stop()
    file = io.BytesIO(b"or not")
    file.name = "b.txt"
    answer = server.hamlet.client().upload_file(file)
    assert answer["result"] == "error", answer
    with pytest.raises(urllib.error.HTTPError) as failed:
        fetch(server.hamlet, url)
    assert failed.value.code >= 500
    server.hamlet.send("Denmark", "files", "that did not work")
    bucket.start()
    assert fetch(server.hamlet, upload(server.hamlet, "b.txt", b"or not")) == (200, b"or not")


def test_an_organization_moves_from_one_folder_of_the_bucket_to_another(server, bucket):
    words = upload(server.hamlet, "a.txt", b"to be")
    large = upload(server.hamlet, "large.bin", LARGE)
    picture = upload(server.hamlet, "sky.png", png(1200, 800))
    server.hamlet.send("Denmark", "files", f"[a]({words}) [b]({large}) [c]({picture})")
    # The server writes it while it runs; afterwards the command does.
    live, archive = server.folder / "live.tar.gz", server.folder / "all.tar.gz"
    server.tidings("export", "--data-dir", server.data, "--everything", "--out", live)
    server.stop()
    server.tidings("export", "--data-dir", server.data, *EXTRA, "--everything", "--out", archive)
    assert abs(live.stat().st_size - archive.stat().st_size) < 10_000 < len(LARGE) // 256
    new = ["--data-dir", server.folder / "new"]
    # The folder that the organization has is taken, for the import as for the copy when it is served.
    with pytest.raises(AssertionError, match="has files of an organization already"):
        server.tidings("import", *new, *EXTRA, archive)
    server.tidings("import", *new, "--file-store", "s3://uploads/copy", archive)
    copied = {key: size for key, size in bucket.keys().items() if key.startswith("copy/uploads/")}
    assert sorted(copied.values()) == sorted([5, len(LARGE), len(png(1200, 800))])
    assert not (server.folder / "new" / "files").exists()
    command = [binary(), "serve", *map(str, new), "--listen", f"127.0.0.1:{free_port()}", *EXTRA]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1 and "files of another organization" in refused.stderr, refused.stderr

    before = set(bucket.keys())
    server.data, home = server.folder / "new", server.folder / "hamlet-again"
    home.mkdir()
    server.tidings("zuliprc", *new, "--user", "hamlet@example.com", "--out", home / "zuliprc")
    server.start(["--file-store", "s3://uploads/copy"])
    hamlet = User(server, "hamlet", home)
    assert fetch(hamlet, words) == (200, b"to be")
    assert fetch(hamlet, large) == (200, LARGE)
    assert before - set(bucket.keys()) == set(), "nothing of the original is gone"

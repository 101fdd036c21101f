import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))

from server import Server, binary  # noqa: E402


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server with an owner, two members, channels they are in, and messages."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    people = [("desdemona", "owner"), ("hamlet", "member"), ("cordelia", "member")]
    server.people = {name: server.create_user(name, role) for name, role in people}
    for name in ["Denmark", "Venice"]:
        answer = server.people["desdemona"].call(
            "POST",
            "/users/me/subscriptions",
            subscriptions=[{"name": name}],
            principals=[user.email for user in server.people.values()],
        )
        assert answer["result"] == "success", answer
    for number in range(5):
        server.people["hamlet"].send("Denmark", "tea", f"message {number}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    """The document in each version of the format, as a file."""
    folder = tmp_path_factory.mktemp("documents")
    files = {}
    for version in ["3.1", "3.0"]:
        command = [binary(), "openapi", "--version", version, "--site", "http://127.0.0.1:9", "--format", "json"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert json.loads(text)["openapi"].startswith(version)
        files[version] = folder / f"openapi-{version}.json"
        files[version].write_text(text)
    return files


def jar(generator):
    """The generator's program: the new one's is in this environment, the old one's in a folder that the caller names."""
    place = os.environ["OLD_GENERATOR"] if generator == "5.0.1" else str(pathlib.Path(sys.prefix) / "lib")
    [found] = pathlib.Path(place).glob("**/openapi_generator_cli/openapi-generator.jar")
    return found


def generate(generator, document, language, folder, **properties):
    assert shutil.which("java"), "there is no Java; install a JRE of version 11 or newer"
    pairs = ",".join(f"{name}={value}" for name, value in properties.items())
    command = ["java", "-jar", jar(generator), "generate", "-i", document, "-g", language, "-o", folder]
    done = subprocess.run(command + ["--additional-properties", pairs], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

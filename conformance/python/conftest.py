import ast

import pytest

from server import Script, Server


@pytest.fixture(scope="session", params=["zulip", "tidings", "aloha"])
def package(request):
    """The official client, ours, and ours under another name: the same programs run with each."""
    return request.param


@pytest.fixture(scope="session")
def shared(tmp_path_factory, package):
    """A server for tests that leave it running: people, and channels they are subscribed to."""
    server = Server(tmp_path_factory.mktemp("shared"), package)
    server.start()
    populate(server)
    yield server
    server.stop()


@pytest.fixture
def own(tmp_path, package):
    """A server for a test that stops it."""
    server = Server(tmp_path, package)
    server.start()
    populate(server)
    yield server
    server.stop()


@pytest.fixture
def ours(tmp_path):
    """As `own`, for tests of our package alone."""
    server = Server(tmp_path, "tidings")
    server.start()
    populate(server)
    yield server
    server.stop()


def populate(server):
    for name, role in [("desdemona", "owner"), ("hamlet", "member"), ("cordelia", "member")]:
        setattr(server, name, server.create_user(name, role))
    for name in ["Denmark", "Venice"]:
        answer = server.desdemona.call(
            "POST",
            "/users/me/subscriptions",
            subscriptions=[{"name": name}],
            principals=[user.email for user in (server.desdemona, server.hamlet, server.cordelia)],
        )
        assert answer["result"] == "success", answer


@pytest.fixture
def run():
    """Starts scripts, and ends them with the test."""
    started = []

    def start(user, source):
        started.append(Script(user, source))
        return started[-1]

    yield start
    for script in started:
        script.kill()


@pytest.fixture
def parsed():
    """What a script printed with `str`, as the value it was."""
    return ast.literal_eval

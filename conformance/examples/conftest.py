import itertools
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))

import brands  # noqa: E402
import pages  # noqa: E402
import programs  # noqa: E402
from server import Server, User, binary  # noqa: E402

# Servers that are started ahead, so that examples do not wait for them.
AHEAD = 3

# Pages that are tried under every name; the rest differs in nothing else.
UNDER_EVERY_NAME = [
    "installation",
    "configuring-python-bindings",
    "real-time-events",
    "register-queue",
    "get-events",
    "delete-queue",
]


class DocumentedServer(Server):
    """A server under a brand's name, with the realm in which the examples work."""

    def __init__(self, folder, brand, template):
        super().__init__(folder, brand.module)
        self.brand = brand
        shutil.copytree(template, self.data)

    def start(self, extra=()):
        # Logging in for development is one of the examples.
        super().start([*self.brand.flags(), "--allow-dev-login", "true", *extra])

    def person(self, name):
        """Somebody of the realm; keys are made of names there."""
        return Person(self, name)

    def cause(self, text):
        """What programs that wait for events get."""
        self.person("hamlet").send("Denmark", "tea", text)


class Person(User):
    def __init__(self, server, name):
        super().__init__(server, name, server.folder)

    def key(self):
        return self.name.ljust(32, "x")


class Servers:
    """Fresh servers, some of them started ahead."""

    def __init__(self, folder, template):
        self.folder, self.template = folder, template
        self._numbers = itertools.count()
        self._ready = {}

    def _start(self, brand):
        folder = self.folder / f"server-{next(self._numbers)}"
        folder.mkdir()
        server = DocumentedServer(folder, brand, self.template)
        server.start()
        return server

    def take(self, brand):
        ready = self._ready.get(str(brand))
        if ready is None:
            ready = self._ready[str(brand)] = queue.Queue()
            for _ in range(AHEAD):
                self._refill(brand, ready)
        self._refill(brand, ready)
        server = ready.get(timeout=60)
        if isinstance(server, BaseException):
            raise server
        return server

    def _refill(self, brand, ready):
        def start():
            try:
                ready.put(self._start(brand))
            except BaseException as error:
                ready.put(error)

        threading.Thread(target=start, daemon=True).start()

    def end(self, server):
        server.kill()
        shutil.rmtree(server.folder, ignore_errors=True)

    def end_all(self):
        for ready in self._ready.values():
            for _ in range(AHEAD):
                server = ready.get(timeout=60)
                if isinstance(server, DocumentedServer):
                    self.end(server)
        shutil.rmtree(self.folder, ignore_errors=True)


def target():
    return pathlib.Path(binary()).parent


def pytest_sessionstart(session):
    """Tests are made of what is on the pages, so there is a server before there are tests."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="examples-"))
    template = folder / "template"
    subprocess.run([target() / "documented_realm", template], check=True)
    session.config.documented = Servers(folder, template)


def pytest_sessionfinish(session):
    session.config.documented.end_all()


def pytest_generate_tests(metafunc):
    servers = metafunc.config.documented
    if "page" in metafunc.fixturenames:
        pairs = list(every_page(servers))
        metafunc.parametrize("brand, page", pairs, ids=[f"{brand}-{page}" for brand, page in pairs])


def every_page(servers):
    server = servers.take(brands.DEFAULT)
    names = pages.names(server.site)
    servers.end(server)
    assert len(names) > 50 and set(UNDER_EVERY_NAME) <= set(names), names
    yield from ((brands.DEFAULT, name) for name in names)
    yield from ((brand, name) for brand in brands.OTHERS for name in UNDER_EVERY_NAME)


@pytest.fixture(scope="session")
def servers(request):
    return request.config.documented


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Has each brand's package where `pip` looks for it, and where programs find it then."""
    for brand in brands.OTHERS:
        folder = tmp_path_factory.mktemp(str(brand))
        wheels = brands.wheel(brand, binary(), target())
        # Installed by the very example that tells how to. Nothing comes from elsewhere.
        place = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_TARGET": str(folder), "PIP_UPGRADE": "1"}
        brand.environment = {**place, "PYTHONPATH": str(folder)}


@pytest.fixture(scope="session")
def rust(request, servers):
    """All Rust examples of all tests, in one program."""
    examples = []
    for brand in [brands.DEFAULT, *brands.OTHERS]:
        server = servers.take(brand)
        wanted = [name for other, name in every_page_of(request) if str(other) == str(brand)]
        found = [example for name in wanted for example in pages.read(server.site, name).examples]
        examples += [example for example in found if example.language == "Rust" and example not in examples]
        servers.end(server)
    crates = [brand.rust_crate for brand in [brands.DEFAULT, *brands.OTHERS]]
    return programs.Rust(examples, target(), crates)


def every_page_of(request):
    calls = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    return [(params["brand"], params["page"]) for params in calls if "page" in params]

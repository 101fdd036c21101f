"""Every example on every page of the documentation does what its page says: it is copied, run, and looked at."""

import concurrent.futures
import dataclasses

import brands
import pages
import programs
import pytest

# Each has a server of its own, so they can run beside each other.
AT_ONCE = 4


def run_all(examples, servers, brand, rust):
    def run_one(wanted):
        server = servers.take(brand)
        try:
            example = pages.example(server.site, wanted)
            programs.run(example, server, server.person("desdemona"), rust)
        except programs.Broken as broken:
            return str(broken)
        finally:
            servers.end(server)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return [broken for broken in pool.map(run_one, examples) if broken]


def test_page(brand, page, servers, packages, rust):
    server = servers.take(brand)
    examples = pages.read(server.site, page).examples
    servers.end(server)
    broken = run_all(examples, servers, brand, rust)
    assert not broken, "\n\n".join(broken)


OPERATION = pages.Example("update-message", "Python", 0, "", None)


@pytest.mark.parametrize(
    "language, old, new, why",
    [
        ("Python", '"messages/10"', '"messages/999"', "the server refused it"),
        ("Python", "print(result)", "", "it did not show that it worked"),
        ("Python", "import zulip", "import tzulip", "it ended with 1"),
        ("curl", "content=", "contents=", "the server"),
        ("curl", "$API_KEY", "$NO_KEY", "the server refused it"),
        ("JavaScript", "await fetch", "await fetched", "it ended with 1"),
        ("JavaScript", '"PATCH"', '"DELETE"', "the server does not know one of its arguments"),
    ],
)
def test_broken_example_is_noticed(language, old, new, why, servers):
    server = servers.take(brands.DEFAULT)
    try:
        example = pages.example(server.site, dataclasses.replace(OPERATION, language=language))
        assert old in example.code
        broken = dataclasses.replace(example, code=example.code.replace(old, new))
        with pytest.raises(programs.Broken) as error:
            programs.run(broken, server, server.person("desdemona"))
        assert why in str(error.value)
    finally:
        servers.end(server)


@pytest.mark.parametrize(
    "change, why",
    [
        (lambda code: code.replace("print(event)", "None"), "still running"),
        (lambda code: code.replace("zuliprc", "nozuliprc"), "it ended with 1"),
    ],
)
def test_broken_loop_is_noticed(change, why, servers):
    server = servers.take(brands.DEFAULT)
    try:
        example = pages.example(server.site, pages.Example("real-time-events", "Python", 0, "", None))
        with pytest.raises(programs.Broken) as error:
            programs.run(
                dataclasses.replace(example, code=change(example.code)), server, server.person("desdemona"), timeout=4
            )
        assert why in str(error.value)
    finally:
        servers.end(server)


def test_example_of_an_error_has_to_show_it(servers):
    server = servers.take(brands.DEFAULT)
    try:
        example = pages.example(server.site, pages.Example("rest-error-handling", "Python", 0, "", None))
        assert example.error == "INVALID_API_KEY"
        with pytest.raises(programs.Broken) as error:
            other = dataclasses.replace(example, code=example.code.replace("401", "400"))
            programs.run(other, server, server.person("desdemona"))
        assert "did not show the error INVALID_API_KEY" in str(error.value)
    finally:
        servers.end(server)

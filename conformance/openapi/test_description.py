"""Random and deliberately odd requests: the server has no fault, and answers as its description says."""

import pathlib
import subprocess
import sys

import pytest

from conftest import HERE

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

# These take away the account that asks, or its key.
NOT_CALLED = ["deactivate-own-user", "deactivate-realm", "regenerate-own-api-key"]


@pytest.mark.parametrize("name, phases", [("hamlet", "examples,coverage,fuzzing"), ("desdemona", "examples,fuzzing")])
def test_answers_are_as_described(name, phases, server, tmp_path):
    person = server.people[name]
    options = ["--phases", phases, "--checks", ",".join(CHECKS), "--max-examples", "20", "--seed", "1"]
    options += ["--workers", "2", "--request-timeout", "10", "--continue-on-failure", "--no-color"]
    options += ["--generation-database", "none"]
    for operation in NOT_CALLED:
        options += ["--exclude-operation-id", operation]
    schemathesis = pathlib.Path(sys.executable).parent / "schemathesis"
    document = f"{server.site}/api/v1/openapi.json"
    command = [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", document, *options]
    command += ["--auth", f"{person.email}:{person.key()}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "Tested: " in done.stdout and server.is_healthy()

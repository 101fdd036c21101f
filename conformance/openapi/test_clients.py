"""Clients that openapi-generator makes of the document: Python ones are used, the others are checked by a compiler."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from conftest import HERE, generate


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.parametrize("generator, version", [("7.26.0", "3.1"), ("7.26.0", "3.0"), ("5.0.1", "3.0")])
def test_python(generator, version, documents, server, tmp_path):
    generate(generator, documents[version], "python", tmp_path / "client", packageName="openapi_client")
    run([sys.executable, "-m", "venv", tmp_path / "env"])
    python = tmp_path / "env/bin/python"
    constraints = ["-c", HERE / "constraints.txt", "-q", "--disable-pip-version-check"]
    run([python, "-m", "pip", "install", *constraints, tmp_path / "client"])
    hamlet = server.people["hamlet"]
    environment = {"API": f"{server.site}/api/v1", "EMAIL": hamlet.email, "KEY": hamlet.key()}
    printed = run([python, HERE / "everyday.py"], env={**os.environ, **environment})
    assert "all five calls" in printed


@pytest.mark.skipif(not shutil.which("npm"), reason="Node and npm are not installed")
def test_typescript(documents, tmp_path):
    for name in ["package.json", "package-lock.json", "call.ts"]:
        shutil.copy(HERE / "typescript" / name, tmp_path)
    generate("7.26.0", documents["3.1"], "typescript-axios", tmp_path / "client")
    run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=tmp_path)
    options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom"]
    modules = ["--module", "esnext", "--moduleResolution", "bundler", "--types", ""]
    run([tmp_path / "node_modules/.bin/tsc", *options, *modules, "call.ts"], cwd=tmp_path)


def without_lists_of_lists(document):
    """Rust's generator writes code for these that does not compile, so its client has to do without narrows of queues."""
    is_nested = lambda schema: schema.get("items", {}).get("type") == "array"  # noqa: E731
    for operation in [operation for path in document["paths"].values() for operation in path.values()]:
        kept = []
        for parameter in operation.get("parameters", []):
            schema = parameter.get("schema") or parameter["content"]["application/json"]["schema"]
            kept += [] if is_nested(schema) else [parameter]
        operation["parameters"] = kept
        content = operation.get("requestBody", {}).get("content", {})
        for schema in [media["schema"] for media in content.values()]:
            properties = schema["properties"]
            schema["properties"] = {name: of for name, of in properties.items() if not is_nested(of)}
    return document


def test_rust(documents, tmp_path):
    client = tmp_path / "client"
    document = tmp_path / "openapi.json"
    # In version 3.1 the generator stumbles over what stands beside references.
    document.write_text(json.dumps(without_lists_of_lists(json.loads(documents["3.0"].read_text()))))
    generate("7.26.0", document, "rust", client, packageName="openapi_client")
    (client / "examples").mkdir()
    shutil.copy(HERE / "rust/call.rs", client / "examples/call.rs")
    # Dependencies are compiled once and kept with what the project itself builds.
    cargo = os.environ.get("CARGO", "cargo")
    check = [cargo, "check", "--quiet", "--no-default-features", "--example", "call"]
    run(check, cwd=client, env={**os.environ, "CARGO_TARGET_DIR": os.environ["CLIENTS_TARGET_DIR"]})

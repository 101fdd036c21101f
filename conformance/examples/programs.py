"""Runs examples as a reader would: each in a folder that is its home, with the file of credentials in it."""

import base64
import os
import re
import signal
import subprocess
import sys
import time

import pages


def node_version():
    text = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(text.lstrip("v").split(".")[0])


# Beside the example somebody else sends this, so that programs that wait for events get one.
CAUSED = "To be, or not to be"

# Older versions have WebSockets only on request, as the page about them says.
NODE_FLAGS = ["--experimental-websocket"] if node_version() < 22 else []

# What examples upload: a red square.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII="
)

HINT = """
If the documentation is wrong, change it: content/*.md of the crate `pages`, or the request of an operation in
crates/server/src/openapi/calls.rs. If it names something that is not there, add that to
crates/testkit/src/documented.rs. Programs that wait get a message in Denmark; see `cause` in conftest.py."""


class Broken(AssertionError):
    def __init__(self, example, why, printed):
        text = "\n".join(f"  | {line}" for line in f"{example.code}\n--- printed:\n{printed}".splitlines())
        super().__init__(f"{example}: {why}\n{text}{HINT}")


def answered(word):
    """An answer with this result, as it is printed in any of the languages."""
    return re.compile(rf"""["']?result["']?: *(?:String\(\s*)?["']{word}["']""")


def check(example, status, printed):
    """Whether a program that has ended did what its page says."""
    talks = "/api/v1" in example.code or "Client" in example.code
    if status != 0:
        raise Broken(example, f"it ended with {status}", printed)
    if example.error:
        if example.error not in printed:
            raise Broken(example, f"it did not show the error {example.error}", printed)
    elif answered("error").search(printed):
        raise Broken(example, "the server refused it", printed)
    elif talks and not answered("success").search(printed):
        raise Broken(example, "it did not show that it worked", printed)
    if "ignored_parameters_unsupported" in printed:
        raise Broken(example, "the server does not know one of its arguments", printed)


def run(example, server, reader, rust=None, timeout=30):
    """Runs an example against a server of its own. One that waits for events gets one, and is stopped when it has
    shown it; every other one has to end by itself."""
    home = server.folder / "home"
    home.mkdir()
    rc_file = home / server.brand.rc_file
    (home / "picture.png").write_bytes(PICTURE)
    rc_file.write_text(pages.rc_file(server.site, reader.email, reader.key()))
    log = server.folder / "printed"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(example, home, rust),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,
            env=environment(server, reader, home),
            start_new_session=True,
        )
    try:
        status = wait(example, process, server, log, timeout)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    printed = log.read_text()
    if status is None:
        return printed
    check(example, status, printed)
    return printed


def wait(example, process, server, log, timeout):
    """How the program ended; none if it showed the event, and would have gone on."""
    started, caused = time.monotonic(), None
    while process.poll() is None:
        now = time.monotonic()
        if now - started > timeout:
            raise Broken(example, f"it was still running after {timeout} seconds", log.read_text())
        if caused is None and now - started > 0.2 and server.metric("tidings_polls_parked") >= 1:
            server.cause(CAUSED)
            caused = now
        # A program that wants one answer ends soon after it.
        if caused and now - caused > 1 and CAUSED in log.read_text():
            return None
        time.sleep(0.02)
    if caused and CAUSED not in log.read_text():
        raise Broken(example, "it did not show the event it waited for", log.read_text())
    return process.returncode


def command(example, home, rust):
    if example.language == "Rust":
        return [rust.binary, str(rust.examples.index(example))]
    name, program = {
        "Python": ("example.py", [sys.executable]),
        "curl": ("example.sh", ["bash", "-e", "-o", "pipefail"]),
        "JavaScript": ("example.mjs", ["node", *NODE_FLAGS]),
    }[example.language]
    (home / name).write_text(example.code)
    return [*program, name]


def environment(server, reader, home):
    programs = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    values = {"HOME": str(home), "PATH": programs, "EMAIL": reader.email, "API_KEY": reader.key()}
    kept = {name: os.environ[name] for name in ("LANG", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, **values, "PYTHONUNBUFFERED": "1", **server.brand.environment}


class Rust:
    """The Rust examples, compiled into one program. Names no host: each reads its server from the file in its home."""

    def __init__(self, examples, target, crates):
        self.examples = examples
        self.source = target / "documented-examples.rs"
        self.source.write_text(gathered(examples, crates))
        build = [os.environ.get("CARGO", "cargo"), "build", "--quiet"]
        # Together with what was built before, so that its dependencies are used again.
        build += [part for name in ("", "-testkit", "-examples") for part in ("--package", f"tidings{name}")]
        done = subprocess.run(
            build, capture_output=True, text=True, env={**os.environ, "TIDINGS_EXAMPLES": str(self.source)}
        )
        assert done.returncode == 0, f"the Rust examples do not compile:\n{done.stderr[-8000:]}{HINT}"
        self.binary = str(target / "tidings-examples")


def gathered(examples, crates):
    names = "".join(f"extern crate tidings_client as {name};\n" for name in crates if name != "tidings_client")
    modules, arms = "", ""
    for number, example in enumerate(examples):
        modules += f"\n// {example}\n#[allow(warnings)]\nmod example_{number} {{\n{example.code}\n"
        modules += "pub(crate) fn run() -> Result<(), Box<dyn std::error::Error>> { main()?; Ok(()) }\n}\n"
        arms += f"        {number} => example_{number}::run(),\n"
    main = (
        "\nfn main() -> Result<(), Box<dyn std::error::Error>> {\n"
        "    let number = std::env::args().nth(1).unwrap_or_default();\n"
        f"    match number.parse::<usize>()? {{\n{arms}        _ => Err(\"there is no such example\".into()),\n    }}\n}}\n"
    )
    return names + modules + main

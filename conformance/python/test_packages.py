"""The packages themselves: types, names, and what the branded one says."""

import importlib.util
import pathlib
import re
import subprocess
import sys

import pytest

from server import ROOT, binary

PROTOCOL = re.compile(
    rb"zulip_version|zulip_feature_level|zulip_merge_base|zulip_extra_emoji|zulip(?=ding)", re.IGNORECASE
)
OTHERS = re.compile(rb"(?:tidings|zulip)[\w .-]*", re.IGNORECASE)


def folder(package):
    return pathlib.Path(importlib.util.find_spec(package).origin).parent


@pytest.mark.parametrize("package", ["tidings", "aloha"])
def test_types_are_complete(package, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import {package}

client = {package}.Client(config_file="~/zuliprc")
answer: dict[str, object] = client.send_message({{"type": "direct", "to": [1], "content": "x"}})
client.call_on_each_event(lambda event: print(event["type"]), event_types=["message"], on_reset=lambda r: print(r.state))


async def main() -> None:
    other = {package}.AsyncClient(site="x")
    profile: dict[str, object] = await other.get_profile()
    async for event in other.events(narrow=[["stream", "Denmark"]]):
        print(event, profile)
    client.send_message(5)  # an error
"""
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(program)],
        capture_output=True,
        text=True,
    )
    assert "program.py:14: error: Argument 1" in checked.stdout, checked.stdout + checked.stderr
    assert "Found 1 error in 1 file" in checked.stdout, checked.stdout
    assert (folder(package) / "py.typed").exists()
    inside = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), "-p", package],
        capture_output=True,
        text=True,
    )
    assert inside.returncode == 0, inside.stdout


@pytest.mark.parametrize("package", ["tidings", "aloha"])
def test_everything_public_says_what_it_is(package):
    module = importlib.import_module(package)
    for kind in (module.Client, module.AsyncClient):
        for name in dir(kind):
            if not name.startswith("_"):
                assert getattr(kind, name).__doc__, f"{kind}.{name}"


def test_the_branded_package_names_nobody_else():
    installed = [path for path in folder("aloha").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    metadata = next(folder("aloha").parent.glob("aloha-*.dist-info"))
    installed += [metadata / "METADATA"]
    assert len(installed) > 8
    for path in installed:
        # Where it was built stands in it, for stack traces; that is the builder's choice.
        content = path.read_bytes().replace(str(ROOT).encode(), b"")
        left = {found for found in OTHERS.findall(PROTOCOL.sub(b"", content))}
        assert not left, f"{path.name}: {sorted(left)[:5]}"


def test_the_documented_example_works_under_its_name(ours, run):
    ours.package = "aloha"
    ours.hamlet.zuliprc.rename(ours.hamlet.home / "aloharc")
    script = run(
        ours.hamlet,
        'import aloha; aloha.Client(config_file="~/aloharc").call_on_each_event(lambda event: print(event))',
    )
    ours.wait_for_polls(1)
    ours.cordelia.send("Denmark", "castle", "aloha")
    script.wait_for("'content': 'aloha'")


def test_the_branded_package_reads_its_own_file_and_variables(tmp_path, monkeypatch):
    import aloha

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZULIP_EMAIL", "not-this@example.com")
    with pytest.raises(aloha.ConfigError, match=r"ALOHA_SITE.*\.aloharc"):
        aloha.Client()
    (tmp_path / ".aloharc").write_text("[api]\nsite=chat.example.com\nkey=k\nemail=file@example.com\n")
    assert aloha.Client().email == "file@example.com"
    monkeypatch.setenv("ALOHA_EMAIL", "variable@example.com")
    assert aloha.Client().email == "variable@example.com"
    assert not hasattr(aloha, "ZulipError")


def test_leftovers_are_found(tmp_path):
    names = ["--module", "aloha", "--product", "Aloha", "--rc-file", "aloharc"]
    out = tmp_path / "aloha"
    written = subprocess.run([binary(), "brand", "python", *names, "--out", str(out)], capture_output=True, text=True)
    assert written.returncode == 0, written.stderr
    check = [binary(), "brand", "check", *names, str(out)]
    assert subprocess.run(check).returncode == 0
    with (out / "README.md").open("a") as readme:
        readme.write("\nPowered by Tidings.\n")
    checked = subprocess.run(check, capture_output=True, text=True)
    assert checked.returncode == 1
    assert "README.md" in checked.stderr and "Powered by Tidings." in checked.stderr
    again = subprocess.run([binary(), "brand", "python", *names, "--out", str(out)], capture_output=True, text=True)
    assert again.returncode == 1 and "not empty" in again.stderr

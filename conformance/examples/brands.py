"""The names under which the documentation is tried, and the Python package of each."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys


@dataclasses.dataclass
class Brand:
    product: str
    module: str
    rc_file: str
    rust_crate: str
    # What programs find in their environment so that they use this brand's package.
    environment: dict = dataclasses.field(default_factory=dict)

    def __str__(self):
        return self.product.replace(" ", "-")

    def flags(self):
        names = ("product", "module", "rc_file", "rust_crate")
        return [part for name in names for part in (f"--brand-{name.replace('_', '-')}", getattr(self, name))]


# Uses the official package, since `pip install zulip` gets that.
DEFAULT = Brand("Tidings", "zulip", "zuliprc", "tidings_client")

OTHERS = [
    Brand("OneHash Connect", "zulip", "zuliprc", "onehash_client"),
    Brand("Aloha", "aloha", "aloharc", "aloha_client"),
    Brand("uKnowva Messenger", "zulip", "zuliprc", "uknowva_client"),
]


def wheel(brand, binary, target):
    """A folder with the brand's package, built from what `tidings brand python` writes. Kept while that stays the same."""
    folder = pathlib.Path(target) / "brand" / str(brand).lower()
    sources, wheels, fresh = folder / "sources", folder / "wheels", folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [binary, "brand", "python", "--module", brand.module, "--product", brand.product]
    run([*command, "--rc-file", brand.rc_file, "--out", fresh])
    if any(wheels.glob("*.whl")) and same(fresh, sources):
        return wheels
    # What did not change keeps its time, so that what was compiled of it is used again.
    for path in [path for path in fresh.rglob("*") if path.is_file()]:
        kept = sources / path.relative_to(fresh)
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.exists() or kept.read_bytes() != path.read_bytes():
            shutil.copyfile(path, kept)
    for path in [path for path in sources.rglob("*") if path.is_file()]:
        if not (fresh / path.relative_to(sources)).exists():
            path.unlink()
    shutil.rmtree(wheels, ignore_errors=True)
    environment = {**os.environ, "CARGO_TARGET_DIR": str(pathlib.Path(target).parent)}
    environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    environment["MATURIN_PEP517_ARGS"] = "--profile dev"
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, sources], env=environment)
    return wheels


def same(one, other):
    files = lambda folder: {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}  # noqa: E731
    if not other.exists() or files(one) != files(other):
        return False
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in files(one))


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"

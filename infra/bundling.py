"""Build the one asset that every function shares, without Docker."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_

from infra.shape import RUNTIME, Shape

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "functions"
LOCK = ROOT / "uv.lock"
BROWSER_LIBRARIES = (ROOT / "node_modules" / "htmx.org" / "dist" / "htmx.min.js",)
VENDOR = Path("functions", "shared", "pages", "static", "vendor")

PLATFORM = "aarch64-manylinux_2_28"
"""Lambda's arm64 on Amazon Linux 2023."""


class AssetNotBuilt(RuntimeError):
    """The functions' asset cannot be built; the message says what is missing."""


def function_code(shape: Shape) -> lambda_.Code:
    """The asset of all functions: source and browser libraries, and for the cloud the locked wheels.

    The local cloud runs functions with its own interpreter, where the wheels are installed already.
    """
    wheels = not shape.is_local
    return lambda_.Code.from_asset(
        str(SOURCE),
        asset_hash_type=cdk.AssetHashType.CUSTOM,
        asset_hash=_fingerprint(wheels=wheels),
        bundling=cdk.BundlingOptions(image=RUNTIME.bundling_image, local=_Bundler(wheels=wheels)),
    )


@jsii.implements(cdk.ILocalBundling)
class _Bundler:
    """Puts the asset together in the folder that CDK names."""

    def __init__(self, *, wheels: bool) -> None:
        self._wheels = wheels

    def try_bundle(self, output_dir: str, *, image: cdk.DockerImage, **_: Any) -> bool:  # noqa: ARG002  # jsii's name
        build(Path(output_dir), wheels=self._wheels)
        return True


def build(output: Path, *, wheels: bool) -> None:
    """Fill `output` with what a Lambda finds in its root.

    Raises:
        AssetNotBuilt: a browser library or the locked wheels are not to be had.
    """
    if wheels:
        _install_wheels(output)
    for path in _sources():
        target = output / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    vendor = output / VENDOR
    vendor.mkdir(parents=True, exist_ok=True)
    for library in BROWSER_LIBRARIES:
        if not library.is_file():
            raise AssetNotBuilt(f"{library.relative_to(ROOT)} is missing: run `npm ci`")
        shutil.copyfile(library, vendor / library.name)


def _install_wheels(output: Path) -> None:
    requirements = _uv("export", "--frozen", "--only-group", "functions", "--no-emit-project", "--no-header")
    _uv(
        *("pip", "install", "--requirement", "-", "--require-hashes", "--target", str(output)),
        *("--only-binary", ":all:", "--python-version", RUNTIME.name.removeprefix("python")),
        *("--python-platform", PLATFORM),
        stdin=requirements,
    )


def _uv(*arguments: str, stdin: str = "") -> str:
    command = [sys.executable, "-m", "uv", "--quiet", "--color", "never", "--project", str(ROOT), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise AssetNotBuilt(f"uv {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _sources() -> Iterator[Path]:
    return (path for path in sorted(SOURCE.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _fingerprint(*, wheels: bool) -> str:
    """A hash over what goes in, so that an unchanged tree is neither built nor uploaded again."""
    digest = hashlib.sha256(f"{RUNTIME.name} {PLATFORM} {wheels}".encode())
    for path in (Path(__file__), *([LOCK] if wheels else []), *filter(Path.is_file, BROWSER_LIBRARIES), *_sources()):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()

"""The asset holds what a function needs on Lambda's platform, and nothing else."""

from pathlib import Path

import pytest

from infra.bundling import BROWSER_LIBRARIES, VENDOR, AssetNotBuilt, build
from infra.shape import RUNTIME


def test_the_local_asset_is_the_source_tree_with_the_browsers_libraries(tmp_path: Path) -> None:
    build(tmp_path, wheels=False)

    assert [path.name for path in tmp_path.iterdir()] == ["functions"]
    assert (tmp_path / "functions/outbox/stream.py").is_file()
    assert {path.name for path in (tmp_path / VENDOR).iterdir()} == {"htmx.min.js"}
    assert not list(tmp_path.rglob("__pycache__"))


@pytest.mark.slow
def test_the_cloud_asset_holds_wheels_for_lambdas_platform(tmp_path: Path) -> None:
    build(tmp_path, wheels=True)

    native = [path.name for path in tmp_path.rglob("*.so")]
    version = RUNTIME.name.removeprefix("python").replace(".", "")
    assert native
    assert all(name.endswith((f".cpython-{version}-aarch64-linux-gnu.so", ".abi3.so")) for name in native)
    assert {"functions", "aws_lambda_powertools", "pydantic", "jinja2"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "boto3").exists()  # the runtime brings it
    assert not (tmp_path / "aws_cdk").exists()


def test_a_missing_browser_library_is_said_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = BROWSER_LIBRARIES[0].with_name("missing.js")
    monkeypatch.setattr("infra.bundling.BROWSER_LIBRARIES", (missing,))
    with pytest.raises(AssetNotBuilt, match=r"missing\.js is missing"):
        build(tmp_path, wheels=False)

"""What the documents promise to list is all listed, and what they point to is there."""

import re
from pathlib import Path

import pytest

from functions.shared.contracts.words import Metric
from functions.shared.domain.mail_log import Fate

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
OWN_METRIC = re.compile(r"""add_metric\((?:name=)?(f?)"([^"]+)""")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (document.parent / target).exists()]


def test_every_decision_is_in_the_list_under_its_title() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for decision in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        number, title = decision.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert int(decision.name[:4]) == int(number)
        assert f"| {number} | [{title}]({decision.name}) |" in listed


def test_every_clock_and_every_metric_is_explained() -> None:
    explained = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    names = set(Metric) | {name for is_built, name in _own_metrics() if not is_built}
    names |= {f"Mail{fate.capitalize()}" for fate in Fate}
    assert not {name for name in names if f"`{name}`" not in explained}


def test_no_metric_but_that_of_mail_has_a_name_that_is_built() -> None:
    assert [name for is_built, name in _own_metrics() if is_built] == ["Mail{outcome.fate.capitalize()}"]


def _own_metrics() -> list[tuple[str, str]]:
    """Of every metric in the source: whether its name is an f-string, and the name."""
    return [found for path in (ROOT / "functions").rglob("*.py") for found in OWN_METRIC.findall(path.read_text())]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_cdk_is_called_in_the_one_way_that_needs_no_node(document: Path) -> None:
    assert not re.search(r"(npx |^|`)cdk (bootstrap|deploy|synth)", document.read_text(encoding="utf-8"), re.MULTILINE)

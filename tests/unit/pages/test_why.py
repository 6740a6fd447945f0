"""The page that says why rules acted: what was seen, as people read it."""

import pytest

from functions.desk.pages.why_views import _node
from functions.shared.contracts.words import Language
from functions.shared.domain.conditions import Leaf
from functions.shared.domain.facts import Facts
from functions.shared.pages.rule_words import RuleWords
from tests.factories import default_config


@pytest.mark.parametrize(
    ("hours", "seen"),
    [(0.0030028713888888892, "< 0.01"), (3.9999, "3.99"), (4.0, "4"), (26.123456, "26.12"), (12345.678, "12345.67")],
)
@pytest.mark.parametrize("field", ["age", "idle", "status_age"])
def test_hours_that_have_passed_are_short_and_never_too_many(field: str, hours: float, seen: str):
    leaf = Leaf.model_validate({"field": field, "op": "at_least", "value": 4})
    words = RuleWords.of(default_config(), Language.EN)

    assert _node(leaf.outcome(Facts({field: hours})), words, Language.EN).seen == seen

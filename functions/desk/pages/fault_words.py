"""What is wrong with rules, in the reader's language: the checks speak English, to developers and reviewers too."""

import re
from collections.abc import Sequence
from typing import Final

from functions.shared.pages.languages import Catalogue

_FAULTS: Final[Sequence[tuple[str, str]]] = (
    (r"is missing", "missing"),
    (r"there is no such setting", "setting"),
    (r'no team "(?P<what>.*)"', "team"),
    (r'no person "(?P<what>.*)"', "person"),
    (r'no module "(?P<what>.*)"', "module"),
    (r'no policy "(?P<what>.*)"', "policy"),
    (r'no procedure "(?P<what>.*)"', "procedure"),
    (r'no checklist "(?P<what>.*)"', "checklist"),
    (r'no (?:reply|template|reply template) "(?P<what>.*)"', "reply"),
    (r'no webhook "(?P<what>.*)"', "webhook"),
    (r'no form has a field "(?P<what>.*)"', "field"),
    (r'no field "(?P<what>[^"]*)".*', "field"),
    (r'"(?P<what>.*)" is taken by (?P<where>.*)', "taken"),
    (r'rule "(?P<what>.*)" should match this ticket', "should_match"),
    (r'rule "(?P<what>.*)" should not match this ticket', "should_not_match"),
    (r"the rules (?P<what>.*) would set one another off without end, by changing (?P<where>.*)", "circle"),
    (r"(?P<what>\w+) needs text that is not blank", "blank"),
    (r"(?P<what>\w+) needs a list of values", "list"),
    (r"(?P<what>\w+) needs one value", "one"),
    (r"(?P<what>\w+) takes no value", "none"),
    (r"(?P<what>\w+) needs one of (?P<where>.*)", "one_of"),
    (r"(?P<what>\w+) compares numbers.*", "number"),
    (r"numbers lie between (?P<what>\S+) and (?P<where>\S+)", "bounded"),
    (r"the expression cannot be read: (?P<what>.*)", "expression"),
    (r"the expression is longer than (?P<what>\d+) characters", "expression_long"),
    (r"an instant is written as (?P<what>\S+), with its offset", "instant"),
    (r"within needs two instants, the earlier one first", "within"),
    (r"until must lie after from", "until"),
    (r"conditions nest at most (?P<what>\d+) deep", "deep"),
    (r"assign names either .*", "assign"),
    (r"String should have at least 1 character", "empty"),
    (r"(?:Tuple|List) should have at least 1 item.*", "nothing"),
    (r"nobody has the role manager", "manager"),
    (r'"(?P<what>.*)" is not written as it must be .*', "pattern"),
)
"""How each fault reads in English, and the text of the catalogue that says it."""


class FaultWords:
    """Says faults in one language; what it does not know stays as it is."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def sentence(self, message: str) -> str:
        """The fault `message` in the reader's language."""
        for pattern, key in _FAULTS:
            if match := re.fullmatch(pattern, message):
                return self._words.text(f"rules.fault.{key}", **match.groupdict())
        return message

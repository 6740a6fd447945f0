"""What is wrong with rules, for every language: the checks speak English, to developers and reviewers too."""

import re
from collections.abc import Sequence
from typing import Final

from functions.shared.domain.findings import choices
from functions.shared.domain.saying import Saying

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
    (r"(?P<what>\S+) needs text that is not blank", "blank"),
    (r"(?P<what>\w+) needs a list of values", "list"),
    (r"(?P<what>\w+) needs one value", "one"),
    (r"(?P<what>\w+) takes no value", "none"),
    (r"(?P<what>\w+) needs one of (?P<where>.*)", "one_of"),
    (r"(?P<what>\w+) compares numbers.*", "number"),
    (r'"(?P<what>.*)" is reserved: .*', "reserved"),
    (r"numbers lie between (?P<what>\S+) and (?P<where>\S+)", "bounded"),
    (r"the expression cannot be read: (?P<what>.*)", "expression"),
    (r'hour is a whole number from 0 to 23, never "(?P<what>.*)"', "hour"),
    (r'weekday is one of (?P<where>.*), never "(?P<what>.*)"', "weekday"),
    (r"no hour is all of this at once.*", "hours_together"),
    (r"no weekday is all of this at once", "weekdays_together"),
    (r"no instant is all of this at once", "instants_together"),
    (r"Say why it is published.*", "note"),
    (r"the expression is longer than (?P<what>\d+) characters", "expression_long"),
    (r"an instant is written as (?P<what>\S+), with its offset", "instant"),
    (r"within needs two instants, the earlier one first", "within"),
    (r"until must lie after from", "until"),
    (r"instants lie in the years (?P<what>\d+) to (?P<where>\d+)", "years"),
    (r"conditions nest at most (?P<what>\d+) deep", "deep"),
    (r"assign names either .*", "assign"),
    (r"String should have at least 1 character", "empty"),
    (r"(?:Tuple|List) should have at least 1 item.*", "nothing"),
    (r"nobody has the role manager", "manager"),
    (r'no calendar "(?P<what>.*)"', "calendar"),
    (r'no form "(?P<what>.*)"', "form"),
    (r'nobody has the skill "(?P<what>.*)"', "skill"),
    (r"the desk has no rota of who is on call", "rota"),
    (r"only new tickets are linked to incidents; .*", "only_opened"),
    (r'"(?P<what>.*)" is neither "running" nor a reference', "incident"),
    (r"a rule on a timer says when: .*", "timer"),
    (r"(?P<what>\w+) at_least is more than 0 and at most (?P<where>\d+) hours", "hours"),
    (r"(?P<what>\S+) is an instant: ask before, after or within", "is_instant"),
    (r"(?P<what>\S+) is either true or false", "flag"),
    (r"(?P<what>\S+) is no instant, so (?P<where>\S+) cannot be asked of it", "no_instant"),
    (r"(?P<what>\S+) is no text, so (?P<where>\S+) cannot be asked of it", "no_text"),
    (r"skills and sticky say how .*", "skills_with_by"),
    (r"a module is named by its id", "module_id"),
    (r'"(?P<what>.*)" is a field of every ticket, .*', "field_standard"),
    (r"(?P<what>\w+) needs a number", "field_number"),
    (r"(?P<what>\w+) needs a number from (?P<low>\S+) to (?P<high>\S+)", "field_range"),
    (r"(?P<what>\w+) needs a text of at most (?P<where>\d+) characters", "field_text"),
    (r"(?P<what>\w+) needs what a field of kind (?P<where>\w+) holds", "field_kind"),
    (r"(?P<what>\w+) holds files, which rules cannot set", "field_files"),
    (r'no "(?P<what>.*)" here; there is (?P<where>.*)', "kind"),
    (r"must say (?P<what>.*)", "must_say"),
    (r"is not a text", "is_text"),
    (r"is not a list", "is_list"),
    (r"String should have at most (?P<what>\d+) characters?", "long"),
    (r"String should have at least (?P<what>\d+) characters?", "short"),
    (r"(?:Tuple|List) should have at most (?P<what>\d+) items? .*", "many"),
    (r"Input should be a valid boolean.*", "boolean"),
    (r"Input should be a valid (?:number|integer).*", "is_number"),
    (r"Input should be (?:greater than|less than) .*", "out_of_range"),
    (r"Input should be a valid (?:datetime|date).*", "date"),
    (r"Input should have timezone info", "zone"),
    (r"Input should be a valid (?:dictionary|mapping|string).*", "object"),
    (r"Input should be a finite number", "is_number"),
    (r"Input should be (?P<where>'.*)", "choice"),
    (r'"(?P<what>.*)" is not written as it must be \(\^\(account_manager.*', "recipient"),
    (r'"(?P<what>.*)" is not written as it must be \(\^\(module.*', "settable"),
    (r'"(?P<what>.*)" is not written as it must be .*', "pattern"),
)
"""How each fault reads in English, and the text of the catalogue that says it."""

_RE2: Final[Sequence[tuple[str, str]]] = (
    (r"missing \): ?(?P<what>.*)", "open_group"),
    (r"unexpected \): ?(?P<what>.*)", "closed_group"),
    (r"missing ]: ?(?P<what>.*)", "open_class"),
    (r"bad repetition operator: ?(?P<what>.*)", "repetition"),
    (r"no argument for repetition operator: ?(?P<what>.*)", "nothing_repeated"),
    (r"invalid repetition size: ?(?P<what>.*)", "repetition_size"),
    (r"trailing \\.*", "trailing"),
    (r"invalid perl operator: ?(?P<what>.*)", "operator"),
    (r"invalid character class(?: range)?: ?(?P<what>.*)", "class"),
    (r"invalid escape sequence: ?(?P<what>.*)", "escape"),
    (r"invalid named capture group: ?(?P<what>.*)", "group_name"),
    (r"pattern too large.*", "large"),
    (r"invalid UTF-8.*", "encoding"),
)
"""The same of what RE2 has against an expression."""


_OF_CHOICES: Final = frozenset({"choice", "kind", "one_of", "weekday"})


def fault_saying(message: str) -> Saying:
    """The fault `message` as every language says it; what is not known stays as it is."""
    return known_fault(message) or Saying.of("rules.fault.other", what=message)


def known_fault(message: str) -> Saying | None:
    """The same, or None where there are no words for it."""
    return _known(message, _FAULTS, "rules.fault")


def _known(message: str, known: Sequence[tuple[str, str]], section: str) -> Saying | None:
    for pattern, key in known:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            told: dict[str, object] = match.groupdict()
            if key == "expression":
                told["what"] = _known(match["what"], _RE2, "rules.fault.re2") or match["what"]
            elif key in _OF_CHOICES:
                told["where"] = choices(match["where"])
            return Saying(f"{section}.{key}", told)
    return None

"""The console's pages of the rules: the list, one rule as a form, the draft on its way to live, and the history."""

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.desk.pages.rule_draft_views import LAST_TICKETS, DraftPage, VersionsPage
from functions.desk.pages.rule_form import RuleForm, form_of, posted, rearranged, rule_of, settled
from functions.desk.pages.rule_views import RULES, RulePage, RulesPage, choices_of, field_choices_of, page_of
from functions.desk.pages.visit import SIGNED_IN, Visit
from functions.desk.rule_editing import Checked, read_rules
from functions.desk.wiring import desk_config, rule_editing
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import InvalidInput, RuleNotFound, RulesDiverged
from functions.shared.domain.form_fields import FieldKind
from functions.shared.domain.rules import Rule
from functions.shared.domain.visible import is_visible
from functions.shared.pages.config_words import ConfigWords
from functions.shared.pages.requests import go
from functions.shared.pages.rule_words import RuleWords

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools gives it no types

_RULE: Final = f"{RULES}/<rule>"
_DRAFT: Final = f"{RULES}/draft"
_VERSIONS: Final = f"{RULES}/versions"
_DONE: Final = frozenset({"saved", "moved", "switched", "deleted", "given_up", "published", "restored"})
_HISTORY: Final = 30
_LONGEST_QUERY: Final = 200


@router.get(RULES, middlewares=SIGNED_IN)
def show_rules() -> Response[Any]:
    """A page of the rules in order, as the draft has them, or as they are live."""
    visit = Visit(router)
    standing = rule_editing().standing(visit.principal)
    try:
        checked = rule_editing().findings(visit.principal, now=visit.now)
    except RulesDiverged:
        checked = None
    query = visit.request.query
    page = RulesPage.of(
        standing,
        checked,
        visit.request.language,
        visit.principal,
        query=query.get("q", "").strip()[:_LONGEST_QUERY],
        page=_page(query.get("page", "")),
        use=rule_editing().use(visit.principal),
        only_silent=query.get("show") == "silent",
    )
    return visit.show("desk/pages/rules.html", view=page, notice=_notice(visit))


@router.get(_DRAFT, middlewares=SIGNED_IN)
def show_draft() -> Response[Any]:
    """What the draft changes, and whether it may be published."""
    return _show_draft(Visit(router))


@router.post(f"{_DRAFT}/try", middlewares=SIGNED_IN)
def try_draft() -> Response[Any]:
    """What the draft would have made of the last tickets."""
    visit = Visit(router)
    return _show_draft(visit, rule_editing().try_out(visit.principal, tickets=_asked(visit), now=visit.now))


@router.post(f"{_DRAFT}/publish", middlewares=SIGNED_IN)
def publish() -> Response[Any]:
    """The draft becomes live."""
    visit = Visit(router)
    form = visit.request.form
    note = form.text("note")[:500].strip()
    if not is_visible(note):
        return _show_draft(visit, lacks_note=True)
    rule_editing().publish(visit.principal, note=note, revision=_revision(form.text("revision")), now=visit.now)
    return go(f"{RULES}?done=published")


@router.post(f"{_DRAFT}/give-up", middlewares=SIGNED_IN)
def give_up() -> Response[Any]:
    """The draft is thrown away; what is live stays."""
    visit = Visit(router)
    rule_editing().give_up(visit.principal, revision=_revision(visit.request.form.text("revision")))
    return go(f"{RULES}?done=given_up")


@router.get(_VERSIONS, middlewares=SIGNED_IN)
def show_versions() -> Response[Any]:
    """What was published, and how one version differs from the one before."""
    visit = Visit(router)
    return _show_versions(visit, _number(visit.request.query.get("version", "")))


def _show_versions(visit: Visit, chosen: int | None, *, lacks_note: bool = False) -> Response[Any]:
    query, config = visit.request.query, desk_config()
    before = _number(query.get("before", ""))
    found = rule_editing().versions(visit.principal, limit=_HISTORY + 1, before=before)
    told: list[str] = []
    if chosen:
        teller = ConfigWords.of(visit.request.language, config)
        differences = rule_editing().differences(visit.principal, max(1, chosen - 1), chosen)
        told = [teller.line(change) for change in differences]
    older = f"{_VERSIONS}?before={found[_HISTORY - 1].version}" if len(found) > _HISTORY else ""
    page = VersionsPage.of(
        found[:_HISTORY], config, visit.principal, chosen=chosen, changes=told, older=older, lacks_note=lacks_note
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if lacks_note else HTTPStatus.OK
    return visit.show("desk/pages/rule_versions.html", status=status, view=page)


@router.post(f"{_VERSIONS}/<version>/restore", middlewares=SIGNED_IN)
def restore(version: int) -> Response[Any]:
    """The rules of an earlier version are live again."""
    visit = Visit(router)
    note = visit.request.form.text("note")[:500].strip()
    if not is_visible(note):
        return _show_versions(visit, version, lacks_note=True)
    rule_editing().roll_back(visit.principal, version, note=note, now=visit.now)
    return go(f"{RULES}?done=restored")


@router.get(f"{RULES}/new", middlewares=SIGNED_IN)
def begin_rule() -> Response[Any]:
    """An empty form."""
    form = rearranged(rearranged(RuleForm(), "add-group"), "add-action")
    return _show_form(Visit(router), form, is_new=True)


@router.post(f"{RULES}/new", middlewares=SIGNED_IN)
def add_rule() -> Response[Any]:
    """A new rule, the last one, comes into the draft."""
    return _save(Visit(router), None)


@router.get(_RULE, middlewares=SIGNED_IN)
def show_rule(rule: str) -> Response[Any]:
    """One rule as a form."""
    visit = Visit(router)
    config = desk_config()
    found = _found(rule_editing().standing(visit.principal).rules, rule)
    return _show_form(visit, form_of(_written(found), config.desk.zone), is_new=False, rule=found)


@router.post(_RULE, middlewares=SIGNED_IN)
def change_rule(rule: str) -> Response[Any]:
    """The rule comes into the draft as the form says, or another line into the form."""
    return _save(Visit(router), rule)


@router.post(f"{_RULE}/move", middlewares=SIGNED_IN)
def move_rule(rule: str) -> Response[Any]:
    """The rule is tried one place earlier or later."""
    visit = Visit(router)
    rules = [*rule_editing().standing(visit.principal).rules]
    at = rules.index(_found(rules, rule))
    to = max(0, min(len(rules) - 1, at + (-1 if visit.request.form.text("to") == "up" else 1)))
    rules.insert(to, rules.pop(at))
    return _keep(visit, rules, "moved", anchor=rule)


@router.post(f"{_RULE}/switch", middlewares=SIGNED_IN)
def switch_rule(rule: str) -> Response[Any]:
    """The rule is on or off."""
    visit = Visit(router)
    rules = rule_editing().standing(visit.principal).rules
    chosen = _found(rules, rule)
    switched = chosen.model_copy(update={"enabled": not chosen.enabled})
    return _keep(visit, [switched if one is chosen else one for one in rules], "switched", anchor=rule)


@router.post(f"{_RULE}/delete", middlewares=SIGNED_IN)
def delete_rule(rule: str) -> Response[Any]:
    """The draft has the rule no more."""
    visit = Visit(router)
    rules = rule_editing().standing(visit.principal).rules
    chosen = _found(rules, rule)
    return _keep(visit, [one for one in rules if one is not chosen], "deleted")


def _save(visit: Visit, rule: str | None) -> Response[Any]:
    sent = visit.request.form
    form = posted(sent)
    wish = sent.text("do")
    if wish != "save":
        config, language = desk_config(), visit.request.language
        form = settled(rearranged(form, wish), choices_of(config, language), field_choices_of(config, language))
        return _show_form(visit, form, is_new=rule is None, revision=_revision(sent.text("revision")))
    rules = [*rule_editing().standing(visit.principal).rules]
    config = desk_config()
    place = len(rules) if rule is None else rules.index(_found(rules, rule))
    try:
        [new] = read_rules([rule_of(form, config.desk.zone, _kinds(config))])
    except InvalidInput as refused:
        lines = [f"{_place(error.field)}: {visit.request.say(error.message)}" for error in refused.errors]
        return _show_form(visit, form, is_new=rule is None, revision=_revision(sent.text("revision")), problems=lines)
    rules[place : place + 1] = [new]
    return _keep(visit, rules, "saved", anchor=new.id)


def _keep(visit: Visit, rules: list[Rule], done: str, *, anchor: str = "") -> Response[Any]:
    revision = _revision(visit.request.form.text("revision"))
    rule_editing().keep(visit.principal, rules, revision=revision, now=visit.now)
    return go(_back(rules, done, anchor))


def _back(rules: list[Rule], done: str, rule: str) -> str:
    """Where the list shows the rule; without one, where the list begins."""
    at = next((number for number, one in enumerate(rules) if one.id == rule), None)
    if at is None:
        return f"{RULES}?done={done}"
    page = f"&page={page_of(at)}" if page_of(at) > 1 else ""
    return f"{RULES}?done={done}{page}#rule-{rule}"


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _show_form(
    visit: Visit,
    form: RuleForm,
    *,
    is_new: bool,
    revision: int | None = None,
    rule: Rule | None = None,
    problems: list[str] | None = None,
) -> Response[Any]:
    config, language = desk_config(), visit.request.language
    standing = rule_editing().standing(visit.principal)
    told = RuleWords.of(config, language).condition(_written(rule)["when"]) if rule else ""
    page = RulePage.of(
        form,
        config,
        language,
        visit.principal,
        revision=standing.revision if revision is None else revision,
        is_new=is_new,
        told=told,
        problems=problems or (),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return visit.show("desk/pages/rule.html", status=status, view=page)


def _show_draft(visit: Visit, trial: dict[str, Any] | None = None, *, lacks_note: bool = False) -> Response[Any]:
    standing = rule_editing().standing(visit.principal)
    checked, diverged = _checked(visit)
    page = DraftPage.of(
        standing,
        checked,
        visit.request.language,
        visit.principal,
        diverged=diverged,
        trial=trial,
        lacks_note=lacks_note,
        page=_page(visit.request.query.get("page", "")),
        asked=_asked(visit),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if lacks_note else HTTPStatus.OK
    return visit.show("desk/pages/rule_draft.html", status=status, view=page)


def _asked(visit: Visit) -> int:
    """On how many tickets the draft is to be tried."""
    number = _number(visit.request.form.text("tickets"))
    return number if number in LAST_TICKETS else LAST_TICKETS[0]


def _checked(visit: Visit) -> tuple[Checked | None, str]:
    """What the check says; or what was published otherwise meanwhile, so that nothing can be said."""
    try:
        return rule_editing().check(visit.principal, now=visit.now), ""
    except RulesDiverged as diverged:
        return None, str(diverged)


def _written(rule: Rule) -> dict[str, Any]:
    return rule.model_dump(mode="json", by_alias=True)


def _found(rules: Any, rule_id: str) -> Rule:
    found: Rule | None = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise RuleNotFound(rule_id)
    return found


def _kinds(config: DeskConfig) -> dict[str, FieldKind]:
    """What the forms' own fields hold."""
    return {f"fields.{field.id}": field.kind for form in config.forms for field in form.fields}


def _place(field: str) -> str:
    """Where a fault is inside of the one rule that was sent."""
    return field.removeprefix("rules[0]").lstrip(".") or "rule"


def _revision(text: str) -> int:
    number = _number(text)
    return -1 if number is None else number


def _number(text: str) -> int | None:
    """The number that an address or a form names, if it names one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _notice(visit: Visit) -> str:
    act = visit.request.query.get("done", "")
    return visit.request.text(f"rules.done.{act}") if act in _DONE else ""

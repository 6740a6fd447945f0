"""The API of the rules' editor: draft, check, try on the past, publish, history and rollback."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from functions.desk.fault_words import fault_saying
from functions.desk.rule_editing import MOST_TRIED, Checked, Standing
from functions.desk.wiring import authenticate, desk_config, rule_editing
from functions.shared.contracts.words import Language
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import spelled
from functions.shared.domain.config_diff import Change
from functions.shared.domain.config_versions import ConfigVersion
from functions.shared.pages.config_words import in_words
from functions.shared.pages.languages import catalogue, negotiate
from functions.shared.paging import cursor, place

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # Powertools leaves it untyped

_RULES = "/api/v1/desk/rules"

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewDraft(_Body):
    """Rules in place of the draft that the caller saw as `revision`."""

    revision: int = Field(ge=0)
    rules: list[Any] = Field(max_length=20_000)


class Trial(_Body):
    """On how many of the last tickets the draft is tried; with `after`, the `next` of an answer, on those before."""

    tickets: int = Field(default=200, ge=1, le=MOST_TRIED)
    after: str = Field(default="", max_length=100)


class Publication(_Body):
    """The draft that the caller saw as `revision` is to be live, and why."""

    revision: int = Field(ge=1)
    note: Note


class Restoration(_Body):
    """Why earlier rules are to be live again."""

    note: Note


@router.get(f"{_RULES}/draft")
def read_draft() -> dict[str, Any]:
    """The draft of the rules, or the live rules where there is none."""
    return _written(rule_editing().standing(authenticate(router.current_event)))


@router.put(f"{_RULES}/draft")
def save_draft(draft: NewDraft) -> dict[str, Any]:
    """Keep the rules as the draft, and say what is wrong or doubtful about them."""
    principal, now = authenticate(router.current_event), _now()
    saved = rule_editing().save(principal, draft.rules, revision=draft.revision, now=now)
    return {**_written(saved), "check": _checked(rule_editing().check(principal, now=now))}


@router.delete(f"{_RULES}/draft")
def give_up_draft(revision: Annotated[int, Query(ge=0)]) -> dict[str, Any]:
    """Let there be no draft; what is live stays."""
    principal = authenticate(router.current_event)
    rule_editing().give_up(principal, revision=revision)
    return _written(rule_editing().standing(principal))


@router.post(f"{_RULES}/draft/check")
def check_draft() -> dict[str, Any]:
    """What the draft would change, and what is wrong or doubtful about it."""
    return _checked(rule_editing().check(authenticate(router.current_event), now=_now()))


@router.get(f"{_RULES}/use")
def tell_use() -> dict[str, Any]:
    """How many tickets of the last three months each live rule matched, counted once a night; which matched none."""
    principal = authenticate(router.current_event)
    use, standing = rule_editing().use(principal), rule_editing().standing(principal)
    live = standing.live.rules
    return {
        "counted": use and use.model_dump(mode="json", exclude={"matched", "tried"}),
        "matched": {rule.id: use.matched.get(rule.id, 0) for rule in live} if use else {},
        "silent": [doubt.rule for doubt in use.silent(live)] if use else [],
    }


@router.post(f"{_RULES}/draft/backtest")
def try_draft(trial: Trial) -> dict[str, Any]:
    """What the draft would make of the last tickets, beside what the live rules and people did."""
    principal = authenticate(router.current_event)
    report = rule_editing().try_out(principal, tickets=trial.tickets, after=place(trial.after), now=_now())
    return {**report, "next": report["next"] and cursor(report["next"])}


@router.post(f"{_RULES}/draft/publish")
def publish_draft(publication: Publication) -> dict[str, Any]:
    """Make the draft live."""
    principal = authenticate(router.current_event)
    published = rule_editing().publish(principal, note=publication.note, revision=publication.revision, now=_now())
    return {"version": published.version}


@router.get(f"{_RULES}/versions")
def list_versions(
    limit: Annotated[int, Query(ge=1, le=200)] = 50, before: Annotated[int | None, Query(ge=1)] = None
) -> list[ConfigVersion]:
    """What was published, the newest first; with `before` what is older than that version."""
    return rule_editing().versions(authenticate(router.current_event), limit=limit, before=before)


@router.get(f"{_RULES}/versions/<version>/changes")
def compare_versions(version: int, since: Annotated[int | None, Query(ge=1)] = None) -> list[dict[str, Any]]:
    """How the version differs from the one before it, or from another."""
    principal = authenticate(router.current_event)
    return _told(rule_editing().differences(principal, since or max(1, version - 1), version), desk_config())


@router.post(f"{_RULES}/versions/<version>/restore")
def restore_version(version: int, restoration: Restoration) -> dict[str, Any]:
    """Make the rules of an earlier version live again, under a new version."""
    principal = authenticate(router.current_event)
    published = rule_editing().roll_back(principal, version, note=restoration.note, now=_now())
    return {"version": published.version, "restores": version}


def _written(standing: Standing) -> dict[str, Any]:
    draft = standing.draft
    return {
        "live": standing.live.version,
        "revision": standing.revision,
        "is_draft": draft is not None,
        "base": draft.base if draft else standing.live.version,
        "author": draft.author if draft else None,
        "changed_at": draft.changed_at if draft else None,
        "rules": [
            rule.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
            for rule in standing.rules
        ],
    }


def _checked(checked: Checked) -> dict[str, Any]:
    asked_for = router.current_event.headers.get("accept-language")
    words = catalogue(negotiate((), asked_for, desk_config().desk.default_language))
    return {
        "changes": _told(checked.changes, desk_config()),
        "errors": [
            {"place": spelled(fault.place), "message": words.say(fault_saying(fault.message))}
            for fault in checked.faults
        ],
        "warnings": [
            {
                "place": spelled(doubt.place),
                "rule": doubt.rule,
                "kind": doubt.kind,
                **{language.value: doubt.sentence.in_language(language) for language in Language},
            }
            for doubt in checked.doubts
        ],
    }


def _told(changes: Sequence[Change], config: DeskConfig) -> list[dict[str, Any]]:
    return in_words(changes, config)


def _now() -> datetime:
    return datetime.now(UTC)

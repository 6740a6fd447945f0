"""Which mail a machine wrote. Each sign is enough by itself, because every mailer forgets some of them."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class MachineKind(StrEnum):
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    REPORT = "report"


class Machine(BaseModel):
    """Why nobody is waiting for an answer to this mail."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: MachineKind
    why: str


_MAILERS = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster|mailerdaemon|bounce[sd]?)\b", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"^\s*(?:undeliver(?:able|ed)|mail delivery (?:failed|failure|system)|delivery (?:status notification|failure)|"
    r"returned mail|failure notice|message not delivered|系统退信|退信|邮件投递失败|邮件被退回|无法投递|未送达|"
    r"unzustellbar|non remis|no se puede entregar)",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"^\s*(?:\[?auto(?:matic)?[\s_-]?(?:reply|response)\]?|auto:|out of (?:the )?office|"
    r"自动回复|自動回復|自動回覆|自动答复|"
    r"automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática|resposta automática|"
    r"risposta automatica|automatisch antwoord|自動応答|不在通知|자동\s?회신|부재중)",
    re.IGNORECASE,
)
_VERP = re.compile(
    r"^\s*<?(?:(?:bounces?|returns?|mailer|msprvs1)[-+_.=].*[=+-].*|owner-.+|.+-(?:bounces?|owner|returns?|request)"
    r"(?:[-+=].*)?)@",
    re.IGNORECASE,
)
"""An envelope sender that is made for one recipient or belongs to a list, so that its bounces can be counted."""
_REPORTS = {
    "delivery-status": MachineKind.BOUNCE,
    "global-delivery-status": MachineKind.BOUNCE,
    "global-disposition-notification": MachineKind.REPORT,
    "disposition-notification": MachineKind.REPORT,
    "feedback-report": MachineKind.REPORT,
}
_REPLY_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply")
_LIST_FIELDS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list", "x-loop")
_PRECEDENCES = {
    "auto_reply": MachineKind.AUTO_REPLY,
    "auto-reply": MachineKind.AUTO_REPLY,
    "bulk": MachineKind.LIST,
    "junk": MachineKind.LIST,
    "list": MachineKind.LIST,
}


def recognise(
    fields: Mapping[str, Sequence[str]], *, sender: str, subject: str, content_types: Sequence[tuple[str, str]]
) -> Machine | None:
    """Return what kind of machine wrote the mail, or None for a person.

    Args:
        fields: header values by lower-case name.
        sender: the From address.
        content_types: (content type, report-type) of the parts, outermost first.
    """
    return (
        _by_structure(content_types)
        or _by_failure_signs(fields, sender, subject)
        or _by_reply_signs(fields, subject)
        or _by_list_signs(fields)
        or _by_envelope(fields)
        or _by_wish(fields)
    )


def _by_structure(content_types: Sequence[tuple[str, str]]) -> Machine | None:
    outer, report_type = content_types[0] if content_types else ("", "")
    if outer == "multipart/report":
        kind = _REPORTS.get(report_type, MachineKind.REPORT)
        return Machine(kind=kind, why=f"multipart/report of type {report_type or 'unknown'}")
    for content_type, _ in content_types:
        main, _, sub = content_type.partition("/")
        if main == "message" and sub in _REPORTS:
            return Machine(kind=_REPORTS[sub], why=f"holds a {content_type} part")
    return None


def _by_failure_signs(fields: Mapping[str, Sequence[str]], sender: str, subject: str) -> Machine | None:
    if "x-failed-recipients" in fields:
        return Machine(kind=MachineKind.BOUNCE, why="header X-Failed-Recipients")
    if _MAILERS.match(sender):
        return Machine(kind=MachineKind.BOUNCE, why=f"sent by {sender.split('@')[0].lower()}")
    if _BOUNCE_SUBJECT.match(subject) and (_is_null_sender(fields) or "auto-submitted" in fields):
        return Machine(kind=MachineKind.BOUNCE, why="subject of a bounce and a null sender")
    return None


def _by_reply_signs(fields: Mapping[str, Sequence[str]], subject: str) -> Machine | None:
    submitted = _first(fields, "auto-submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return Machine(kind=MachineKind.AUTO_REPLY, why=f"header Auto-Submitted: {submitted[:40]}")
    for name in _REPLY_FIELDS:
        if (value := _first(fields, name)) and value.strip().lower() not in ("no", "false"):
            return Machine(kind=MachineKind.AUTO_REPLY, why=f"header {name}")
    for name in ("precedence", "x-precedence"):
        if _PRECEDENCES.get(_first(fields, name).strip().lower()) is MachineKind.AUTO_REPLY:
            return Machine(kind=MachineKind.AUTO_REPLY, why=f"header {name}: auto_reply")
    if found := _REPLY_SUBJECT.match(subject):
        return Machine(kind=MachineKind.AUTO_REPLY, why=f"subject begins with {found[0].strip()!r}")
    return None


def _by_list_signs(fields: Mapping[str, Sequence[str]]) -> Machine | None:
    for name in _LIST_FIELDS:
        if name in fields:
            return Machine(kind=MachineKind.LIST, why=f"header {name}")
    for name in ("precedence", "x-precedence"):
        if kind := _PRECEDENCES.get(value := _first(fields, name).strip().lower()):
            return Machine(kind=kind, why=f"header {name}: {value}")
    return None


def _by_envelope(fields: Mapping[str, Sequence[str]]) -> Machine | None:
    if _is_null_sender(fields):
        return Machine(kind=MachineKind.AUTO_REPLY, why="null envelope sender")
    if any(_VERP.match(value) for value in fields.get("return-path", ())):
        return Machine(kind=MachineKind.LIST, why="an envelope sender made for one recipient")
    return None


def _by_wish(fields: Mapping[str, Sequence[str]]) -> Machine | None:
    """Who asks for no automatic answer may still report a problem, as a monitor does: that is no reply to anything."""
    suppress = _first(fields, "x-auto-response-suppress").lower()
    if "all" in suppress or "autoreply" in suppress or "oof" in suppress:
        return Machine(kind=MachineKind.LIST, why="header X-Auto-Response-Suppress")
    return None


def _is_null_sender(fields: Mapping[str, Sequence[str]]) -> bool:
    return any(value.strip() in ("<>", "< >") for value in fields.get("return-path", ()))


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    return values[0] if values else ""

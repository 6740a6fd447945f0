"""Received = opened + appended + quarantined + ignored: the inbound bucket against what the desk says of each mail."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from functions.shared.contracts.words import TicketId
from functions.shared.domain.errors import TicketGone, TicketNotFound
from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.quarantine import HeldMail
from functions.shared.gateways.mail_log import MailLog
from functions.shared.gateways.quarantine import Quarantine
from functions.shared.gateways.tickets import TicketTable

if TYPE_CHECKING:
    from ops.quarantine_commands import MailPlace

CHANNELS = "channels/"
"""What channels posted lies beside the mail."""
_NOT_MAIL = {"AMAZON_SES_SETUP_NOTIFICATION"}
"""What SES itself leaves in the bucket when a rule is made."""
_NAMES = {
    Fate.OPENED: "opened",
    Fate.APPENDED: "appended",
    Fate.HELD: "quarantined",
    Fate.REPEATED: "ignored",
}


@dataclass(frozen=True)
class Accounts:
    """What is known of a stretch of time."""

    stored: Mapping[str, datetime]
    """Raw messages in the bucket, by key, with when they were put there."""
    lines: Mapping[str, MailLine]
    """What became of each, by the raw message's key."""
    held: Mapping[str, HeldMail]
    """What was set aside, by id."""
    tickets: frozenset[TicketId]
    """Those of the lines' tickets that exist."""


def reconcile(place: "MailPlace", desk: str, *, since: datetime, until: datetime) -> dict[str, Any]:
    """The report on one desk's mail that arrived from `since` until `until`."""
    log = MailLog(place.dynamodb, place.table, desk)
    first = since - timedelta(days=1)  # the bucket's clock may be behind the reception's
    days = [(first + timedelta(days=n)).date() for n in range((until.date() - first.date()).days + 2)]
    lines = {line.raw_key: line for day in days for line in log.of_day(day)}
    stored: dict[str, datetime] = {}
    for page in place.s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket):
        stored |= {item["Key"]: item["LastModified"] for item in page.get("Contents", ())}
    quarantine = Quarantine(place.dynamodb, place.table, desk)
    held = {mail.id: mail for mail in quarantine.since(first) if mail.channel is None}
    table = TicketTable(place.dynamodb, place.table, desk)
    tickets = frozenset(_existing(table, {line.ticket_id for line in lines.values() if line.ticket_id}))
    return {"desk": desk, **compared(Accounts(stored, lines, held, tickets), since=since, until=until)}


def _is_mail(key: str) -> bool:
    return key not in _NOT_MAIL and not key.startswith(CHANNELS)


def compared(known: Accounts, *, since: datetime, until: datetime) -> dict[str, Any]:
    """The counts of a stretch of time, and by name every mail that they do not account for."""
    arrived = {key for key, at in known.stored.items() if since <= at < until and _is_mail(key)}
    arrived |= {line.raw_key for line in known.lines.values() if since <= line.received_at < until}
    counts = dict.fromkeys(_NAMES.values(), 0)
    differences: list[dict[str, str]] = []
    for key in sorted(arrived):
        line = known.lines.get(key)
        if line:
            counts[_NAMES[line.fate]] += 1
        for what in _faults(known, key, line):
            differences.append({"mail": line.id if line else key, "raw_key": key, "what": what})
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "received": len(arrived),
        **counts,
        "differences": differences,
    }


def _faults(known: Accounts, key: str, line: MailLine | None) -> Iterator[str]:
    if line is None:
        yield "lies in the bucket, and nothing says what became of it: look at the queue and its dead letters"
        return
    held = known.held.get(line.id)
    if key not in known.stored and not line.is_erased and not (held and held.standing == "deleted"):
        yield "was taken in, but its raw message is gone"
    if line.ticket_id and line.ticket_id not in known.tickets:
        yield f"became part of {line.ticket_id}, which does not exist"
    if line.fate is Fate.HELD and held is None:
        yield "was set aside, but is not in quarantine"
    if line.fate is Fate.HELD and held and held.standing in ("released", "replayed"):
        yield f"was {held.standing} by {held.settled_by} and has not arrived again"


def _existing(table: TicketTable, wanted: Iterable[TicketId]) -> Iterator[TicketId]:
    for ticket_id in wanted:
        try:
            table.get(ticket_id)
        except TicketGone:
            pass  # that it was there is known
        except TicketNotFound:
            continue
        yield ticket_id

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.quarantine import Held, HeldMail
from ops.reconcile import Accounts, compared
from tests.factories import NOON

TICKET = "tkt_00000001"


def _line(key: str, fate: Fate, **changes: Any) -> MailLine:
    known = {"id": f"id-{key}", "received_at": NOON, "raw_key": key, "fate": fate, "taken_in_at": NOON}
    return MailLine.model_validate({**known, **changes})


def _held(key: str, **changes: Any) -> HeldMail:
    known = {"id": f"id-{key}", "received_at": NOON, "held": Held.SPAM, "why": "x", "raw_key": key}
    return HeldMail.model_validate({**known, **changes})


def _report(stored: list[str], lines: list[MailLine], held: list[HeldMail]) -> dict[str, Any]:
    known = Accounts(
        stored=dict.fromkeys(stored, NOON),
        lines={line.raw_key: line for line in lines},
        held={mail.id: mail for mail in held},
        tickets=frozenset({TICKET}),
    )
    return compared(known, since=NOON - timedelta(hours=1), until=NOON + timedelta(hours=1))


def test_what_came_in_is_what_was_opened_appended_quarantined_and_ignored() -> None:
    report = _report(
        ["a", "b", "c", "d", "AMAZON_SES_SETUP_NOTIFICATION"],
        [
            _line("a", Fate.OPENED, ticket_id=TICKET),
            _line("b", Fate.APPENDED, ticket_id=TICKET),
            _line("c", Fate.REPEATED, ticket_id=TICKET),
            _line("d", Fate.HELD),
            _line("before", Fate.OPENED, received_at=NOON - timedelta(hours=2)),
        ],
        [_held("d")],
    )

    counts = {name: report[name] for name in ("received", "opened", "appended", "quarantined", "ignored")}
    assert counts == {"received": 4, "opened": 1, "appended": 1, "quarantined": 1, "ignored": 1}
    assert report["differences"] == []


@pytest.mark.parametrize(
    ("stored", "lines", "held", "what"),
    [
        (["a"], [], [], "nothing says what became of it"),
        ([], [_line("a", Fate.OPENED, ticket_id=TICKET)], [], "its raw message is gone"),
        (["a"], [_line("a", Fate.OPENED, ticket_id="tkt_00000009")], [], "tkt_00000009, which does not exist"),
        (["a"], [_line("a", Fate.HELD)], [], "is not in quarantine"),
        (["a"], [_line("a", Fate.HELD)], [_held("a", standing="released", settled_by="lin-feng")], "by lin-feng"),
    ],
)
def test_every_difference_is_told_by_name(
    stored: list[str], lines: list[MailLine], held: list[HeldMail], what: str
) -> None:
    (difference,) = _report(stored, lines, held)["differences"]

    assert difference["raw_key"] == "a"
    assert what in difference["what"]


def test_a_mail_deleted_from_quarantine_is_accounted_for() -> None:
    report = _report([], [_line("a", Fate.HELD)], [_held("a", standing="deleted")])

    assert (report["quarantined"], report["differences"]) == (1, [])

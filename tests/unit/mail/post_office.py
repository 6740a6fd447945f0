"""A mailroom with everything around it in memory, and letters to drop into it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from functions.intake.delivery import Delivery
from functions.intake.mailroom import Mailroom
from functions.shared.bodies import Bodies
from functions.shared.contracts.events import Company, Contact
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.directory import Caller
from functions.shared.domain.mail_log import Fate, MailLine
from functions.shared.domain.mail_rules import Brake
from functions.shared.domain.quarantine import Held, HeldMail
from functions.shared.domain.reply_address import reply_address
from functions.shared.domain.ticket import Ticket
from functions.shared.identity.keys import Purpose
from functions.shared.ticketing import Tickets
from tests.factories import DESK, NOON, default_config
from tests.fakes import CountedIds, InMemoryBlobs, InMemoryCustomers, InMemoryTickets, StillClocks
from tests.unit.identity.conftest import RingInMemory
from tests.unit.mail.standings import StandingsInMemory

MAILBOX = "support@aftercare.example"
SENDER = "wang@acme.example"


class HeldMails(list[HeldMail]):
    """Behaves like `Quarantine`, as far as the mail door knows it."""

    def hold(self, mail: HeldMail) -> None:
        if mail not in self:
            self.append(mail)

    def forget(self, mail_id: str, received_at: datetime, *, now: datetime) -> None:
        wanted = (mail_id, received_at)
        self[:] = [mail.forgotten(now) if (mail.id, mail.received_at) == wanted else mail for mail in self]

    def since(self, at: datetime) -> Iterator[HeldMail]:
        return (mail for mail in self if mail.received_at >= at)


class Lines(dict[str, MailLine]):
    """Behaves like `MailLog`."""

    def record(self, line: MailLine) -> None:
        if line.fate is not Fate.REPEATED or line.id not in self or self[line.id].fate is Fate.HELD:
            self[line.id] = line

    def find(self, mail_id: str, received_at: datetime) -> MailLine | None:
        line = self.get(mail_id)
        return line if line and line.received_at == received_at else None


class Counters(dict[tuple[str, int], set[str]]):
    """Behaves like `MailBrakes`."""

    def admit(self, counted: str, mail_id: str, brake: Brake, *, now: datetime) -> bool:
        mails = self.setdefault((counted, brake.window(now)), set())
        if mail_id not in mails and len(mails) >= brake.at_most:
            return False
        mails.add(mail_id)
        return True


class Customers(InMemoryCustomers):
    """Recognises everybody, and as somebody of the company that is named."""

    def __init__(self, company: Callable[[], str | None]) -> None:
        super().__init__()
        self.company = company

    def recognise(self, caller: Caller) -> tuple[Contact, Company | None]:
        return super().recognise(caller.model_copy(update={"company": self.company()}))


@dataclass
class Post:
    """A mailroom with everything around it in memory."""

    store: InMemoryTickets = field(default_factory=InMemoryTickets)
    blobs: InMemoryBlobs = field(default_factory=InMemoryBlobs)
    held: HeldMails = field(default_factory=HeldMails)
    keys: RingInMemory = field(default_factory=RingInMemory)
    standings: StandingsInMemory = field(default_factory=StandingsInMemory)
    log: Lines = field(default_factory=Lines)
    counters: Counters = field(default_factory=Counters)
    config: DeskConfig = field(default_factory=default_config)
    company: str | None = None
    clock: datetime = NOON
    arrived: int = 0

    def __post_init__(self) -> None:
        self.tickets = Tickets(self.store, StillClocks, CountedIds())
        self.room = Mailroom(
            mailbox=MAILBOX,
            config=lambda: self.config,
            raw=self.blobs,
            tickets=self.tickets,
            past=self.store,
            customers=Customers(lambda: self.company),
            bodies=Bodies(self.blobs, DESK),
            blobs=self.blobs,
            quarantine=self.held,
            standings=self.standings,
            log=self.log,
            counters=self.counters,
            keys=self.keys,
        )

    def deliver(self, raw: bytes | EmailMessage, to: str = MAILBOX, **changes: Any) -> "Arrival":
        self.arrived += 1
        key = f"ses-{self.arrived}"
        self.blobs.put(key, raw if isinstance(raw, bytes) else raw.as_bytes())
        delivery = Delivery.model_validate(
            {
                "id": key,
                "received_at": NOON,
                "envelope_sender": SENDER,
                "recipients": (to,),
                "bucket": "inbound",
                "key": key,
                "verdicts": {"spf": "PASS", "dmarc": "PASS", "virus": "PASS"},
                **changes,
            }
        )
        outcome = self.room.receive(delivery, now=self.clock + timedelta(seconds=self.arrived))
        return Arrival(outcome.fate, self.store.heads.get(outcome.ticket_id or ""), outcome.held)

    def reply_address(self, ticket: Ticket) -> str:
        key = self.keys.current()
        return reply_address(MAILBOX, ticket.id, "AS", key_id=key.id, key=key.derive(Purpose.REPLY_ADDRESS, DESK))


@dataclass(frozen=True)
class Arrival:
    fate: Fate
    ticket: Ticket | None
    held: Held | None

    @property
    def opened(self) -> Ticket:
        assert self.ticket
        return self.ticket


def letter(text: str = "点导出按钮后一直转圈。", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in {
        "From": f"王芳 <{SENDER}>",
        "To": MAILBOX,
        "Subject": "报表导出失败",
        "Message-ID": "<first@acme.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }.items():
        mail[name] = value
    mail.set_content(text)
    return mail

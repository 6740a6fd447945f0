"""What the page shows on which people of the desk take a problem down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from urllib.parse import urlencode

from functions.desk.customers import ContactView
from functions.desk.opening import TAKEN_DOWN
from functions.desk.pages.names import Names
from functions.desk.pages.views import TICKETS, Link, QueueRow
from functions.shared.contracts.words import Channel
from functions.shared.domain.form_fields import FieldKind
from functions.shared.pages.languages import catalogue
from functions.shared.pages.questions import Asking, Question, QuestionPart, labels_in, parts_of

NEW: Final = f"{TICKETS}/new"
CALLERS: Final = f"{NEW}/callers"
CALLER: Final = f"{NEW}/caller"

OF_THE_CALLER: Final = ("contact_name", "company", "contact_phone", "contact_email")
_NEWEST: Final = 3
_FEWEST_DIGITS: Final = 5


@dataclass(frozen=True)
class CallerCard:
    """Somebody the desk knows, with what they asked last."""

    id: str
    name: str
    facts: Sequence[str]
    company: str
    tier: str | None
    tickets: Sequence[QueueRow]
    href: str
    choose: str
    is_hint: bool
    """They only said that they have the number that was typed."""

    @classmethod
    def of(
        cls, view: ContactView, names: Names, channel: Channel, query: str, now: datetime, *, said: str | None = None
    ) -> Self:
        """The card of a contact; `choose` fills them in without another page, with the number that they `said`."""
        contact = view.contact
        facts = [fact for fact in (contact.phone or said, contact.address) if fact]
        number = {"contact_phone": said} if said else {}
        chosen = urlencode({"channel": channel, "contact": contact.id, **number})
        open_first = sorted(view.tickets, key=lambda ticket: not ticket.status.is_active)
        return cls(
            id=contact.id,
            name=contact.name or facts[0],
            facts=facts,
            company=view.company.name if view.company else "",
            tier=view.company.tier if view.company else None,
            tickets=[QueueRow.of(ticket, names, now) for ticket in open_first[:_NEWEST]],
            href=f"{NEW}?{chosen}&{urlencode({'q': query})}",
            choose=f"{CALLER}?{chosen}",
            is_hint=said is not None,
        )


@dataclass(frozen=True)
class CallersPart:
    """Whom the desk knows by what was typed; `stranger` begins with it as somebody new."""

    query: str
    cards: Sequence[CallerCard]
    stranger: Link | None

    @classmethod
    def of(cls, query: str, cards: Sequence[CallerCard], channel: Channel) -> Self:
        """What was found for `query`."""
        if not query:
            return cls(query, (), None)
        target = urlencode({"channel": channel, reached_by(query): query})
        return cls(query, cards, Link(f"{CALLER}?{target}", f"{NEW}?{target}"))


@dataclass(frozen=True)
class CallerPart:
    """Who calls: the fields, filled in or not, and the card of who was chosen."""

    questions: Sequence[Question]
    chosen: CallerCard | None
    title: str


@dataclass(frozen=True)
class NewTicketPage:
    """The page as a whole; `submission` makes a form sent twice one ticket."""

    channel: Channel
    channels: Sequence[Link]
    form: str
    callers: CallersPart
    caller: CallerPart
    parts: Sequence[QuestionPart]
    submission: str

    @classmethod
    def of(cls, asking: Asking, callers: CallersPart, chosen: CallerCard | None, submission: str) -> Self:
        """The page that asks for `asking`'s form, without the files: whoever has them is asked by mail."""
        words, channel = catalogue(asking.language), asking.channel
        files = {field.id for field in asking.form.fields if field.kind is FieldKind.FILE}
        return cls(
            channel=channel,
            channels=[Link(words.text(f"channel.{one}"), f"{NEW}?channel={one}", one == channel) for one in TAKEN_DOWN],
            form=asking.form.id,
            callers=callers,
            caller=caller_part(asking, chosen),
            parts=parts_of(asking, without={*OF_THE_CALLER, *files}),
            submission=submission,
        )

    @property
    def labels(self) -> list[tuple[str, str]]:
        caller = [(question.id, question.label) for question in self.caller.questions]
        return [*caller, *labels_in(self.parts)]


def caller_part(asking: Asking, chosen: CallerCard | None) -> CallerPart:
    """The part of the page about who calls."""
    fields = (field for name in OF_THE_CALLER if (field := asking.form.field(name)))
    key = "opening.customer" if asking.channel is Channel.MANAGER else "opening.caller"
    return CallerPart([Question.of(field, asking) for field in fields], chosen, catalogue(asking.language).text(key))


def reached_by(text: str) -> str:
    """The field that `text`, typed to find somebody, belongs into."""
    if "@" in text:
        return "contact_email"
    digits = sum(letter.isdigit() for letter in text)
    return "contact_phone" if digits >= _FEWEST_DIGITS else "contact_name"


def known_of(view: ContactView) -> dict[str, str]:
    """What is known of a contact for the caller's fields."""
    contact = view.contact
    known = {
        "contact_name": contact.name,
        "company": view.company.name if view.company else "",
        "contact_phone": contact.phone,
        "contact_email": contact.address,
    }
    return {name: text for name, text in known.items() if text}

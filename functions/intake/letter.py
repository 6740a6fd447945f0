"""A mail that can be filed: who wrote it, what is proven about them, and what a ticket of it is called."""

import re
from dataclasses import dataclass

from functions.intake.delivery import Delivery
from functions.intake.mime.headers import Address
from functions.intake.mime.machine import Machine, MachineKind
from functions.intake.mime.message import ReceivedMail
from functions.intake.trust import Trust, aligned, trust_in
from functions.shared.contracts.events import Actor, Contact
from functions.shared.contracts.words import Language
from functions.shared.domain.directory import business_domain, fold_address
from functions.shared.domain.mail_rules import MailRules
from functions.shared.domain.reply_address import tag_of
from functions.shared.domain.visible import clean_name, title_from
from functions.shared.ticketing import NaturalKey

_REPLY_MARKS = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|sv|回复|答复|转发|回覆|轉寄)\s*[:：]\s*|\[[A-Z]{1,6}-\w{4}-\w{4}\]\s*)+", re.IGNORECASE
)
_NO_SUBJECT = {Language.ZH: "（无主题）", Language.EN: "(no subject)"}


@dataclass(frozen=True)
class Writer:
    """Who wrote a mail, and how far it is proven of that very mailbox: only a From can be more than unproven."""

    mailbox: Address
    trust: Trust
    relayed_by: str | None = None
    """The From address of a mail that brings somebody else's words."""


@dataclass(frozen=True)
class Letter:
    """A mail that can be filed."""

    delivery: Delivery
    raw: bytes
    mail: ReceivedMail
    writer: Writer
    machine: Machine | None
    key: NaturalKey
    asks_at: str | None = None
    """Where the sender asks for answers, if not at their own address."""

    @property
    def sender(self) -> Address:
        return self.writer.mailbox

    @property
    def is_genuine(self) -> bool:
        return self.writer.trust is Trust.GENUINE


def from_of(mail: ReceivedMail) -> str:
    return mail.sender.address if mail.sender else ""


def writer_of(mail: ReceivedMail, delivery: Delivery, rules: MailRules) -> Writer | None:
    """Who wrote: the From address, else where answers are asked to go, else the envelope's sender.

    A relay of the desk's writes in the name of its Reply-To. The relay must be proven: else whoever writes its address
    would write in anybody's name. What proves the From proves nobody else.
    """
    trust, others = trust_in(mail, delivery), [one for one in mail.reply_to if _is_usable(one.address)]
    if mail.bounce is None and trust is Trust.GENUINE and rules.is_relay(from_of(mail)) and others:
        return Writer(_seen(others[0]), Trust.UNPROVEN, relayed_by=from_of(mail))
    if mail.sender and _is_usable(mail.sender.address):
        return Writer(_seen(mail.sender), trust)
    if _is_usable(delivery.envelope_sender):
        others.append(Address("", delivery.envelope_sender))
    return Writer(_seen(others[0]), Trust.UNPROVEN) if others else None


def asked_for(mail: ReceivedMail, sender: Address, mailbox: str) -> str | None:
    """Where answers are asked for, if not at the sender's own address or the desk's."""
    asked = (fold_address(one.address) for one in mail.reply_to if _is_usable(one.address))
    own = fold_address(sender.address)
    return next((one for one in asked if one != own and tag_of(one, mailbox) is None), None)


def is_followed(address: str, writer: Writer) -> bool:
    """Whether answers go where the sender asks for them: to another mailbox of a proven sender's own house only.

    A Reply-To in another domain is how swindlers get at answers that were meant for somebody else.
    """
    theirs, asked = business_domain(writer.mailbox.address), business_domain(address)
    return writer.trust is Trust.GENUINE and theirs is not None and asked is not None and aligned(asked, theirs)


def _seen(mailbox: Address) -> Address:
    return Address(clean_name(mailbox.name), mailbox.address)


def _is_usable(address: str) -> bool:
    return bool(re.fullmatch(r"[^@\s<>\",;]{1,64}@[^@\s<>\",;]{1,190}", address))


def machine_of(mail: ReceivedMail, delivery: Delivery) -> Machine | None:
    """What kind of machine wrote, by the mail and by the envelope that brought it."""
    machine = mail.machine
    if delivery.envelope_sender:
        return machine
    nobody = Machine(kind=MachineKind.AUTO_REPLY, why="null envelope sender")
    return machine.beside(nobody) if machine and not machine.is_sure else machine or nobody


def actor_of(contact: Contact, letter: Letter) -> Actor:
    name = letter.sender.name or letter.sender.address
    if letter.machine:
        return Actor(kind="machine", id=str(letter.machine.kind), name=name)
    address = fold_address(letter.sender.address)
    if address == contact.address:
        return Actor(kind="customer", id=contact.id, name=name)
    # Somebody whom the customer let in on it; they are not the customer, and the timeline says who they are.
    return Actor(kind="customer", id=address, name=f"{letter.sender.name} <{address}>".strip())


def bare(subject: str) -> str:
    """The subject without marks of answers and tags."""
    return _REPLY_MARKS.sub("", subject).strip()


def title_of(mail: ReceivedMail, language: Language) -> str:
    return title_from(bare(mail.subject), mail.subject, *mail.reply[:2_000].split("\n")) or _NO_SUBJECT[language]

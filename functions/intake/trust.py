"""How far a mail's sender is proven: what the receiving service verified, held against the name on the letter."""

from enum import StrEnum

from functions.intake.delivery import Delivery
from functions.intake.mime.message import ReceivedMail

_REFUSED_BY_OWNER = ("reject", "quarantine")


class Trust(StrEnum):
    """What a From address is worth."""

    GENUINE = "genuine"
    UNPROVEN = "unproven"
    FORGED = "forged"
    """The domain's owner asks that such mail not be taken."""


def trust_in(mail: ReceivedMail, delivery: Delivery) -> Trust:
    """Whether the From address is the sender's own.

    DMARC decides where the domain has it. Where it has none, SPF and DKIM may each prove it, but only for the domain
    that the letter names: anybody may sign with a domain of their own. The verdict on DKIM does not say which of
    several signatures is good, so that all of them must be of that domain. A letter that names several authors, or may
    be understood to, proves none: nobody knows which of them the verdicts are about.
    """
    verdict = delivery.verdicts.get("dmarc")
    if verdict == "FAIL" and delivery.dmarc_policy in _REFUSED_BY_OWNER:
        return Trust.FORGED
    if verdict == "FAIL" or mail.sender is None or mail.authors != (mail.sender.address.lower(),):
        return Trust.UNPROVEN
    domain = _domain(mail.sender.address)
    by_spf = delivery.verdicts.get("spf") == "PASS" and aligned(_domain(delivery.envelope_sender), domain)
    signers = mail.signed_by if delivery.verdicts.get("dkim") == "PASS" else ()
    by_dkim = bool(signers) and all(aligned(one, domain) for one in signers)
    return Trust.GENUINE if verdict == "PASS" or by_spf or by_dkim else Trust.UNPROVEN


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip(" .>").lower()


def aligned(proven: str, domain: str) -> bool:
    """Whether one is the other, or lies below it."""
    if "." not in proven or "." not in domain:
        return False
    return proven == domain or proven.endswith(f".{domain}") or domain.endswith(f".{proven}")

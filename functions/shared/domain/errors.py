"""What can go wrong, as facts. Each class has a stable `code` that clients may rely on.

    AftercareError
    ├── InvalidInput           some fields are not acceptable; says which
    ├── MalformedRequest       the request cannot be read at all
    ├── TooLarge               more than the desk accepts
    ├── KeyReused              a natural key came back with another request
    ├── NotSignedIn            nobody known is asking
    │   └── LinkExpired        a customer's link is past its time or was revoked
    ├── NotAllowed             the caller is known and may not
    │   └── ForgedForm         a form post without its own page's token
    ├── NotFound               what is asked for is not there, or not for the caller's eyes
    │   ├── TicketNotFound
    │   │   └── TicketGone     it was deleted; carries its tombstone
    │   ├── ContactNotFound
    │   ├── CompanyNotFound
    │   ├── ArticleNotFound
    │   ├── RuleNotFound
    │   ├── PersonNotFound
    │   ├── SuggestionNotFound
    │   ├── HeldMailNotFound
    │   ├── EventNotFound
    │   ├── AttachmentNotFound
    │   ├── ProcedureNotFound
    │   ├── StepNotFound
    │   ├── ChecklistNotFound
    │   └── ItemNotFound
    ├── TicketExists           a new ticket drew an id that is taken
    ├── StaleTicket            the ticket changed since it was read
    ├── StaleArticle           the article changed since it was read
    ├── StaleConfig            the configuration was published by someone else meanwhile
    ├── StalePresence          somebody else said something of a person's presence meanwhile
    ├── StaleDraft             the draft of the rules changed since it was read
    ├── RulesDiverged          a draft and what is live changed the same rules
    ├── AlreadySeen            this request or message opened a ticket before
    ├── IllegalTransition      the status does not allow this step
    │   ├── StepUnfinished     a step of the procedure asks for more; says what
    │   ├── WorkOpen           required steps or items are open; says which
    │   └── MergeRefused       two tickets cannot become one; says why
    ├── SignInUnavailable      the user pool does not answer
    └── ConfigMissing          the desk has no live configuration

What an error is about may reach the client: it names what the client already knows, never internals.
To add an error: one class here, its line in `functions.shared.problems.STATUS`, and its sentence under `error` in every
catalogue of `functions.shared.pages.locales`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from functions.shared.contracts.handling_events import Words
from functions.shared.domain.saying import Saying
from functions.shared.domain.tombstone import Tombstone


@dataclass(frozen=True)
class FieldError:
    """One field that cannot be accepted. `field` is its dotted path, `code` is stable, `message` is for people."""

    field: str
    code: str
    message: Saying


class AftercareError(Exception):
    """Base class; `code` is the stable, client-visible name of the failure.

    Args:
        about: Why, or what is meant: an id or the like, which is the same in every language.
    """

    code: ClassVar[str] = "aftercare_error"

    def __init__(self, about: str | Saying = "") -> None:
        self.about = about
        super().__init__(*([about] if about else []))


class InvalidInput(AftercareError):
    """Some fields are not acceptable; `errors` holds at least one."""

    code = "invalid_input"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__(", ".join(error.field for error in self.errors))

    @classmethod
    def of(cls, field: str, code: str, message: Saying) -> "InvalidInput":
        """The error for a single field."""
        return cls([FieldError(field, code, message)])


class MalformedRequest(AftercareError):
    """The request cannot be read: not JSON, not UTF-8, not base64."""

    code = "malformed_request"


class TooLarge(AftercareError):
    """The request or file exceeds what the desk accepts."""

    code = "too_large"


class TooManyRequests(AftercareError):
    """Enough came from there for now; `after` says when to come again."""

    code = "too_many_requests"

    def __init__(self, after: timedelta) -> None:
        self.after = after
        super().__init__()


class KeyReused(AftercareError):
    """The idempotency key was used before, for a different request."""

    code = "key_reused"

    def __init__(self, ticket_id: str, key: str) -> None:
        self.ticket_id = ticket_id
        self.key = key
        super().__init__()  # whoever guesses a key must not learn the ticket behind it


class NotSignedIn(AftercareError):
    """The request carries no credential, or one that does not hold."""

    code = "not_signed_in"


class LinkExpired(NotSignedIn):
    """The customer's link was genuine once; its time is over or it was revoked."""

    code = "link_expired"


class NotAllowed(AftercareError):
    """The caller is known, and may not do this."""

    code = "not_allowed"


class ForgedForm(NotAllowed):
    """A form post without the token of a page of ours, or with one that is too old."""

    code = "forged_form"


class NotFound(AftercareError):
    """What is asked for does not exist, or the caller must not learn that it does."""

    code = "not_found"


class TicketNotFound(NotFound):
    """No such ticket."""

    code = "ticket_not_found"


class TicketGone(TicketNotFound):
    """The ticket was deleted; `tombstone` is what is known of that, and is for the desk's own people only.

    Each door says what it tells its people about it.
    """

    code = "ticket_deleted"

    def __init__(self, tombstone: Tombstone, about: str | Saying = "") -> None:
        self.tombstone = tombstone
        super().__init__(about)


class ContactNotFound(NotFound):
    """No such contact."""

    code = "contact_not_found"


class CompanyNotFound(NotFound):
    """No such company."""

    code = "company_not_found"


class ArticleNotFound(NotFound):
    """No such article."""

    code = "article_not_found"


class RuleNotFound(NotFound):
    """No such rule, neither now nor when the ticket was triaged."""

    code = "rule_not_found"


class HeldMailNotFound(NotFound):
    """No such mail in quarantine."""

    code = "held_mail_not_found"


class EventNotFound(NotFound):
    """The ticket's history has no such event."""

    code = "event_not_found"


class PersonNotFound(NotFound):
    """Nobody of the desk has this id."""

    code = "person_not_found"


class SuggestionNotFound(NotFound):
    """Nothing is suggested for this field of the ticket, or somebody decided meanwhile."""

    code = "suggestion_not_found"


class AttachmentNotFound(NotFound):
    """No such attachment."""

    code = "attachment_not_found"


class CannotMerge(AftercareError):
    """These two customers cannot become one."""

    code = "cannot_merge"


class BelongsToAnother(AftercareError):
    """The address, phone number, domain or name leads to another customer."""

    code = "belongs_to_another"


class StaleCustomer(AftercareError):
    """The contact or company changed since it was read; read it again and retry."""

    code = "stale_customer"


class ProcedureNotFound(NotFound):
    """The desk has no such procedure."""

    code = "procedure_not_found"


class StepNotFound(NotFound):
    """The ticket is handled by no procedure with such a step."""

    code = "step_not_found"


class ChecklistNotFound(NotFound):
    """The desk has no such checklist."""

    code = "checklist_not_found"


class ItemNotFound(NotFound):
    """The ticket has no checklist with such an item."""

    code = "item_not_found"


class FileBeingChecked(AftercareError):
    """The file is scanned for malware, and the result is not there yet."""

    code = "file_being_checked"


class UnsafeFile(AftercareError):
    """The malware scan found something in the file, or could not look inside."""

    code = "unsafe_file"


class TicketExists(AftercareError):
    """The id drawn for a new ticket is taken; draw another."""

    code = "ticket_exists"


class StaleTicket(AftercareError):
    """The ticket changed since it was read; read it again and retry."""

    code = "stale_ticket"


class StaleArticle(AftercareError):
    """The article changed since it was read; read it again and retry."""

    code = "stale_article"


class StaleConfig(AftercareError):
    """Another version of the configuration was published meanwhile."""

    code = "stale_config"


class StalePresence(AftercareError):
    """What is known of a person's presence changed since it was read."""

    code = "stale_presence"


class StaleDraft(AftercareError):
    """The draft of the rules changed since it was read; read it again and retry."""

    code = "stale_draft"


class RulesDiverged(AftercareError):
    """A draft and what was published since it was begun changed the same rules."""

    code = "rules_diverged"


class AlreadySeen(AftercareError):
    """This natural `key` was handled before: `ticket_id` came of it, `fingerprint` tells what was asked then."""

    code = "already_seen"

    def __init__(self, ticket_id: str, fingerprint: str = "", *, key: str = "") -> None:
        self.ticket_id = ticket_id
        self.fingerprint = fingerprint
        self.key = key
        super().__init__()


class IllegalTransition(AftercareError):
    """The ticket's or article's status does not allow this step."""

    code = "illegal_transition"


class StepUnfinished(IllegalTransition):
    """A step asks for more: each of `missing` is `field`, `checklist` or `customer_told`, with a name."""

    code = "step_unfinished"

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        self.missing = tuple(missing)
        named = [Saying.of(f"reason.step_asks.{kind}", name=name) for kind, name in missing]
        super().__init__(Saying.of("procedure.unfinished", missing=named))


class WorkOpen(IllegalTransition):
    """Required steps or items of checklists are open; `open_work` names them in both languages."""

    code = "work_open"

    def __init__(self, open_work: Sequence[Words]) -> None:
        self.open_work = tuple(open_work)
        super().__init__(Saying.of("procedure.work_open", work=open_work))


class MergeRefused(IllegalTransition):
    """These two tickets cannot become one; `why` is one of the words in `functions.shared.domain.merging`."""

    code = "merge_refused"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(Saying.of(f"merge.refused.{why}"))


class SignInUnavailable(AftercareError):
    """The user pool does not answer, so nobody can be recognised."""

    code = "sign_in_unavailable"


class ConfigMissing(AftercareError):
    """The desk has no live configuration, or none of the version asked for."""

    code = "config_missing"

"""The single table's keys: every format is written here and nowhere else.

| item | pk | sk |
|---|---|---|
| ticket head | `<desk>#TKT#<ticket id>` | `HEAD` |
| commit: the events of one change | the ticket's | `COMMIT#<version>` |
| ticket in the list of a month's tickets | `<desk>#OPENED#<year>-<month>` | `<opened at>#<ticket id>` |
| ticket linked to an incident | the incident's | `LINKED#<ticket id>` |
| running incidents, and how often there were others | `<desk>#INCIDENTS` | the ticket's id, `CHANGES` |
| natural key | `<desk>#SEEN#<sha256>` | `SEEN` |
| contact, and what finds it | `<desk>#CONTACT#<id>`, `<desk>#CONTACTKEY#<address or phone>` | `CONTACT`, `KEY` |
| generation of customers' links | `<desk>#LINKS#<ticket or contact id>` | `LINKS` |
| company, and what finds it | `<desk>#COMPANY#<id>`, `<desk>#COMPANYKEY#<domain or folded name>` | `COMPANY`, `KEY` |
| configuration, draft of its rules | `<desk>#CONFIG` | `LIVE`, `V#<version>`, `DRAFT`, `RULE_USE` |
| pointer to what was learned | `<desk>#LESSONS` | `LIVE` |
| turns of a team | `<desk>#TEAM#<team>` | `ROTATION` |
| load and presence of a person | `<desk>#PERSON#<person>` | `STANDING` |
| article head, commit | `<desk>#ART#<article id>` | `HEAD`, `COMMIT#<version>` |
| article's slug | `<desk>#SLUG#<language>#<slug>` | `SLUG` |
| article in the list of all, as published | `<desk>#ARTICLES`, `<desk>#ARTICLES#published` | the article's id |
| notification sent | `<desk>#SENT#<key>` | `SENT` |
| quarantined message | `<desk>#QUARANTINE` | `<received at>#<id>` |
| when a channel's held message came first | `<desk>#HELD#<id>` | `FIRST` |
| what became of a received mail | `<desk>#MAIL#<day>` | its id |
| mail of a ticket that came again | the ticket's | `REPEAT#<day>#<id>` |
| volume brake of a window | `<desk>#BRAKE#<sha256>` | `BRAKE` |
| what is known of an address's mail | `<desk>#MAILBOX#<address>` | `MAILBOX` |

Customers also stand in the indexes `by_contact` and `by_company`, beside the tickets but in partitions of their own:

| listed | partition | sort key |
|---|---|---|
| contacts, those of a company | `<desk>#CONTACTS`, `<desk>#COMPANY#<id>#CONTACTS` | name, id |
| companies | `<desk>#COMPANIES` | name, id |
| what finds contacts, companies | `<desk>#CONTACTKEYS`, `<desk>#COMPANYKEYS` | address or phone; domain or name |
| numbers that contacts only said (`by_company`, on the item of their address) | `<desk>#SAIDPHONES` | phone |
"""

import hashlib
from datetime import UTC, date, datetime
from typing import Final

from functions.shared.contracts.words import ArticleId, CompanyId, ContactId, DeskId, Status, TicketId

HEAD: Final = "HEAD"
COMMIT_PREFIX: Final = "COMMIT#"
LINKED_PREFIX: Final = "LINKED#"
REPEAT_PREFIX: Final = "REPEAT#"
SEEN: Final = "SEEN"
LIVE: Final = "LIVE"
DRAFT: Final = "DRAFT"
RULE_USE: Final = "RULE_USE"
ROTATION: Final = "ROTATION"
STANDING: Final = "STANDING"
LINKS: Final = "LINKS"
SENT: Final = "SENT"
SLUG: Final = "SLUG"
BRAKE: Final = "BRAKE"
CHANGES: Final = "CHANGES"
FIRST_HELD: Final = "FIRST"
MAILBOX: Final = "MAILBOX"

TIMER_SHARDS: Final = 10
"""Timers are spread over this many index partitions, so that none is hot."""

NEVER: Final = "~"
"""Sorts after every instant."""


def ticket(desk: DeskId, ticket_id: TicketId) -> str:
    return f"{desk}#TKT#{ticket_id}"


def commit(version: int) -> str:
    return f"{COMMIT_PREFIX}{version:08d}"


def opened_in(desk: DeskId, month: str) -> str:
    return f"{desk}#OPENED#{month}"


def opened_at(at: datetime, ticket_id: TicketId) -> str:
    return f"{instant(at)}#{ticket_id}"


def month(at: str) -> str:
    """The month of what begins with an `instant`."""
    return at[:7]


def incidents(desk: DeskId) -> str:
    return f"{desk}#INCIDENTS"


def seen(desk: DeskId, natural_key: str) -> str:
    return f"{desk}#SEEN#{hashlib.sha256(natural_key.encode()).hexdigest()}"


def contact(desk: DeskId, contact_id: ContactId) -> str:
    return f"{desk}#CONTACT#{contact_id}"


def contact_key(desk: DeskId, address_or_phone: str) -> str:
    return f"{desk}#CONTACTKEY#{address_or_phone}"


def links(desk: DeskId, subject: TicketId | ContactId) -> str:
    return f"{desk}#LINKS#{subject}"


def company(desk: DeskId, company_id: CompanyId) -> str:
    return f"{desk}#COMPANY#{company_id}"


def company_key(desk: DeskId, domain_or_name: str) -> str:
    return f"{desk}#COMPANYKEY#{domain_or_name}"


def contacts(desk: DeskId) -> str:
    """Index partition of all contacts, by name."""
    return f"{desk}#CONTACTS"


def contact_keys(desk: DeskId) -> str:
    """Index partition of all that contacts are found by."""
    return f"{desk}#CONTACTKEYS"


def said_phones(desk: DeskId) -> str:
    """Index partition of the numbers that contacts only said."""
    return f"{desk}#SAIDPHONES"


def contacts_of(desk: DeskId, company_id: CompanyId) -> str:
    """Index partition of a company's contacts, by name."""
    return f"{company(desk, company_id)}#CONTACTS"


def companies(desk: DeskId) -> str:
    """Index partition of all companies, by name."""
    return f"{desk}#COMPANIES"


def company_keys(desk: DeskId) -> str:
    """Index partition of all that companies are found by."""
    return f"{desk}#COMPANYKEYS"


def config(desk: DeskId) -> str:
    return f"{desk}#CONFIG"


def config_version(version: int) -> str:
    return f"V#{version:08d}"


def lessons(desk: DeskId) -> str:
    return f"{desk}#LESSONS"


def team(desk: DeskId, team_id: str) -> str:
    return f"{desk}#TEAM#{team_id}"


def person(desk: DeskId, person_id: str) -> str:
    return f"{desk}#PERSON#{person_id}"


def article(desk: DeskId, article_id: ArticleId) -> str:
    return f"{desk}#ART#{article_id}"


def slug(desk: DeskId, language: str, slug: str) -> str:
    return f"{desk}#SLUG#{language}#{slug}"


def articles(desk: DeskId) -> str:
    return f"{desk}#ARTICLES"


def published_articles(desk: DeskId) -> str:
    return f"{desk}#ARTICLES#published"


def sent(desk: DeskId, key: str) -> str:
    return f"{desk}#SENT#{key}"


def quarantine(desk: DeskId) -> str:
    return f"{desk}#QUARANTINE"


def held(received_at: datetime, mail_id: str) -> str:
    return f"{instant(received_at)}#{mail_id}"


def first_held(desk: DeskId, mail_id: str) -> str:
    return f"{desk}#HELD#{mail_id}"


def mail_log(desk: DeskId, day: date) -> str:
    return f"{desk}#MAIL#{day.isoformat()}"


def repeat(day: date, mail_id: str) -> str:
    return f"{REPEAT_PREFIX}{day.isoformat()}#{mail_id}"


def brake(desk: DeskId, counted: str) -> str:
    return f"{desk}#BRAKE#{hashlib.sha256(counted.encode()).hexdigest()}"


def mailbox(desk: DeskId, address: str) -> str:
    return f"{desk}#MAILBOX#{address}"


def queue(desk: DeskId, team_id: str | None, status: Status) -> str:
    return f"{desk}#QUEUE#{team_id or '-'}#{status}"


def agent(desk: DeskId, agent_id: str) -> str:
    return f"{desk}#AGENT#{agent_id}"


def timers(desk: DeskId, shard: int) -> str:
    return f"{desk}#TIMERS#{shard}"


def timer_shard(ticket_id: TicketId) -> int:
    return int(hashlib.sha256(ticket_id.encode()).hexdigest()[:8], 16) % TIMER_SHARDS


def instant(at: datetime) -> str:
    """`at` in UTC to the microsecond; sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def due(at: datetime | None, ticket_id: TicketId) -> str:
    return f"{instant(at) if at else NEVER}#{ticket_id}"

"""Random identifiers, drawn from the operating system."""

import secrets

from functions.shared.contracts.words import TicketId
from functions.shared.domain.references import ALPHABET, LENGTH, ticket_id


def draw_ticket_id() -> TicketId:
    """An id nobody can guess; the store refuses one that is taken."""
    return ticket_id(secrets.randbelow(len(ALPHABET) ** LENGTH))

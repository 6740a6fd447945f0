"""What stands under a message on the timeline: the parts of a report, and what a mail asked for."""

from functions.shared.contracts.events import Message, TicketOpened
from functions.shared.pages.languages import Catalogue

Details = tuple[tuple[str, str], ...]


def opening_details(event: TicketOpened, words: Catalogue) -> Details:
    """The parts of a report beside its description."""
    problem = event.problem
    details = {
        "happened_at": problem.happened_at,
        "error_text": problem.error_text,
        "steps_to_reproduce": problem.steps_to_reproduce,
    }
    told = tuple((words.text(f"problem.{name}"), text) for name, text in details.items() if text)
    return told + mail_details(problem.description, words, event.answers_to)


def mail_details(message: Message, words: Catalogue, answers_to: str | None = None) -> Details:
    """By whom a mail came, and where its sender asked for answers; `answers_to` is where they go, if not to them."""
    told: list[tuple[str, str]] = []
    if message.relayed_by:
        told.append((words.text("mail.relayed_by"), message.relayed_by))
    if message.reply_to:
        followed = "followed" if message.reply_to == answers_to else "not_followed"
        told.append((words.text("mail.reply_to"), words.text(f"mail.{followed}", address=message.reply_to)))
    return tuple(told)

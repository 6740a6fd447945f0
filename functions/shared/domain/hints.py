"""What was learned from the past, brought to bear on a new ticket: suggested, or done where the desk allows it."""

from dataclasses import dataclass

from functions.shared.contracts.events import TicketOpened
from functions.shared.contracts.suggestions import Suggestion
from functions.shared.contracts.words import Priority, Slug
from functions.shared.domain.actions import Verdict
from functions.shared.domain.config import DeskConfig
from functions.shared.domain.learning import Lessons
from functions.shared.domain.rules import Run


@dataclass(frozen=True)
class Hints:
    """What is likely for what nobody decided."""

    suggestions: tuple[Suggestion, ...] = ()

    def beyond(self, *, priority: Priority, team: Slug, module: Slug | None) -> tuple[Suggestion, ...]:
        """What was done by them, and what they say otherwise than the ticket has it by now."""
        is_so = {"priority": priority, "team": team, "module": module}
        return tuple(one for one in self.suggestions if one.has_acted or is_so[one.field] != one.value)


def hinted(
    tried: Run, opened: TicketOpened, config: DeskConfig, lessons: Lessons | None, *, is_assumed: bool
) -> tuple[Run, Hints]:
    """The run of the rules with what the hints decide, and the hints; `is_assumed`: the matrix had to guess."""
    learning = config.desk.learning
    if lessons is None or not learning.suggest:
        return tried, Hints()
    problem = opened.problem
    found = lessons.suggest(problem.title, problem.description.text, _undecided(tried, is_assumed), config)
    verdict, hints = tried.verdict, []
    for one in sorted(found, key=lambda suggestion: suggestion.field != "module"):  # a module brings its team
        likely = learning.act_above is not None and one.probability >= learning.act_above
        acts = likely and one.field in _undecided(tried.model_copy(update={"verdict": verdict}), is_assumed)
        if acts:
            verdict = _with(verdict, one)
        hints.append(one.model_copy(update={"has_acted": acts}))
    return tried.model_copy(update={"verdict": verdict}), Hints(tuple(hints))


def _undecided(tried: Run, is_assumed: bool) -> frozenset[str]:
    verdict = tried.verdict
    has_no_team = verdict.module is None and verdict.team is None and verdict.person is None
    is_open = {
        "module": verdict.module is None,
        "team": has_no_team,
        "priority": is_assumed and "priority" not in tried.decided_by,
    }
    return frozenset(field for field, undecided in is_open.items() if undecided)


def _with(verdict: Verdict, suggestion: Suggestion) -> Verdict:
    if suggestion.field == "priority":
        return verdict.but(priority=Priority(suggestion.value))
    return verdict.but(**{suggestion.field: suggestion.value})

"""What the desk learns from its past: right where the past is clear, honest about it, and silent where it is not."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.contracts.events import TicketTriaged
from functions.shared.contracts.words import Priority
from functions.shared.domain.bayes import MOST_TERMS, calibrated, evaluated, learn
from functions.shared.domain.config import DeskConfig, Learning
from functions.shared.domain.learning import Lessons, Solved, study, words_of
from functions.shared.domain.scripts import terms
from functions.shared.domain.ticket import Ticket, evolve, opened
from functions.shared.domain.triage import triage
from tests.factories import NOON, default_config, make_message, make_opened, make_problem
from tests.fakes import choosing
from tests.history import past

LESSONS = study(past(1_000), NOON)


def desk(**learning: Any) -> DeskConfig:
    """The default desk without rules, so that nothing is decided by them."""
    config = default_config()
    settings = config.desk.model_copy(update={"learning": Learning(**learning)})
    return config.model_copy(update={"desk": settings, "rules": ()})


def triaged(
    title: str, config: DeskConfig, lessons: Lessons | None = LESSONS, **problem: Any
) -> tuple[TicketTriaged, Ticket]:
    event = make_opened(problem=make_problem(title=title, description=make_message("…"), **problem))
    ticket = opened(event)
    decided = triage(event, ticket, config, choose=choosing(config), now=NOON, lessons=lessons)[0]
    assert isinstance(decided, TicketTriaged)
    return decided, evolve(ticket, decided)


def said(event: TicketTriaged, code: str, language: str = "en") -> list[str]:
    return [getattr(reason, language) for reason in event.reasons if reason.code == code]


def test_words_are_latin_words_and_pairs_of_chinese_characters_each_once() -> None:
    assert list(terms("开发票 invoice 开发票 a 42")) == ["开发", "发票", "invoice"]
    assert words_of("請開發票", "ＩＮＶＯＩＣＥ") == ["请开", "开发", "发票", "invoice"]


def test_what_the_past_makes_clear_is_guessed_rightly_on_tickets_kept_aside() -> None:
    for field, guesser in LESSONS.guessers.items():
        told = guesser.evaluation
        assert 60 < told.held_out < 140, field
        assert told.accuracy > 0.85
        assert told.accuracy > told.baseline + 0.3


def test_probabilities_are_honest_on_tickets_never_seen() -> None:
    model = LESSONS.guessers["team"].model
    answers = [(model.answer(words_of(*one.text.split("\n", 1))), one.team) for one in past(2_000, seed=8)]

    sure = [answer.label == team for answer, team in answers if answer.probability >= 0.9]
    expected = sum(answer.probability for answer, _ in answers) / len(answers)
    right = sum(answer.label == team for answer, team in answers) / len(answers)

    assert len(sure) > 1_000
    assert sum(sure) / len(sure) > 0.9
    assert abs(expected - right) < 0.05


def test_noise_teaches_nothing_and_so_few_tickets_do_not_either() -> None:
    scrambled = [Solved(one.id, one.text, ("a", "b")[at % 7 == 0], None, None) for at, one in enumerate(past(800))]

    assert study(scrambled, NOON).guessers == {}
    assert study(past(30), NOON).guessers == {}
    assert study([], NOON).guessers == {}
    assert study((Solved(str(at), "发票", "finance", None, None) for at in range(100)), NOON).guessers == {}


def test_a_suggestion_carries_its_probability_and_its_words_and_changes_nothing() -> None:
    event, ticket = triaged("发票要专票，谢谢", desk(suggest=True))

    assert (event.team, event.module, event.priority) == ("first-line", None, Priority.P3)
    team = next(one for one in event.suggestions if one.field == "team")
    assert (team.value, team.has_acted) == ("finance", False)
    assert team.probability > 0.8
    assert {"发票", "专票"} <= set(team.evidence)
    assert ticket.suggestions == event.suggestions
    [in_english] = [line for line in said(event, "suggested") if "team" in line]
    assert in_english.startswith("Suggested by solved tickets: team Finance and contracts 0.")
    assert "（因为 " in said(event, "suggested", "zh")[0]


def test_it_is_done_only_above_the_threshold_that_the_desk_set() -> None:
    high, low = desk(suggest=True, act_above=0.999), desk(suggest=True, act_above=0.6)

    suggested, _ = triaged("发票要专票，谢谢", high)
    done, ticket = triaged("发票要专票，谢谢", low)

    assert suggested.team == "first-line"
    assert (done.team, done.module) == ("finance", "billing")
    assert "module" in {one.field for one in done.suggestions if one.has_acted}
    assert said(done, "learned")
    assert not [one for one in ticket.suggestions if one.field in ("team", "module")]


def test_where_something_is_decided_nothing_is_suggested() -> None:
    config = default_config()
    asking = config.model_copy(
        update={"desk": config.desk.model_copy(update={"learning": Learning(suggest=True, act_above=0.5)})}
    )

    by_rule, _ = triaged("发票要专票", asking)
    by_customer, _ = triaged("发票要专票", desk(suggest=True), module="login", impact="company", urgency="critical")

    assert "team" not in {one.field for one in by_rule.suggestions if one.has_acted}
    assert by_rule.team == "finance"
    assert by_customer.suggestions == ()


def test_a_desk_that_does_not_ask_or_has_not_learned_hears_nothing() -> None:
    assert triaged("发票要专票", desk())[0].suggestions == ()
    assert triaged("发票要专票", desk(suggest=True), lessons=None)[0].suggestions == ()


def test_what_the_desk_no_longer_has_is_not_suggested() -> None:
    config = desk(suggest=True)
    without = config.model_copy(
        update={
            "teams": tuple(team for team in config.teams if team.id != "finance"),
            "modules": tuple(module for module in config.modules if module.team != "finance"),
        }
    )

    assert {one.field for one in triaged("发票要专票", without)[0].suggestions} <= {"priority"}


def test_acting_asks_for_suggesting() -> None:
    with pytest.raises(ValueError, match="act_above asks for suggest"):
        Learning(act_above=0.9)


def test_memory_is_bounded_by_forgetting_the_rarest_words() -> None:
    model = learn(([f"rare{at}", "common", f"of{at % 2}"], f"label{at % 2}") for at in range(9 * MOST_TERMS))

    assert model
    assert set(model.counts) == {"common", "of0", "of1"}


def test_lessons_survive_json() -> None:
    assert Lessons.model_validate_json(LESSONS.model_dump_json()) == LESSONS


examples = st.lists(
    st.tuples(st.lists(st.sampled_from("abcdef"), max_size=5), st.sampled_from(["x", "y", "z"])), min_size=2
)


@given(examples, st.lists(st.sampled_from("abcdefgh"), max_size=6))
def test_probabilities_sum_to_one_and_nothing_is_impossible(learned: Any, asked: list[str]) -> None:
    model = learn(learned)
    if model is None:
        assert len({label for _, label in learned}) < 2
        return
    fitted = calibrated(model, learned[:3])
    likely = fitted.probabilities(asked)

    assert math.isclose(sum(likely.values()), 1)
    assert all(0 < one <= 1 for one in likely.values())
    assert set(fitted.answer(asked).evidence) <= set(asked)
    told = evaluated(fitted, learned)
    assert told
    assert 0 <= told.accuracy <= 1

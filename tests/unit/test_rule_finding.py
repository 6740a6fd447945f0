"""Rules that the past suggests: right on a past made up for it, readable, and none where nothing is clear."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.shared.domain.facts import Facts
from functions.shared.domain.past_tickets import PastTicket
from functions.shared.domain.rules import Rule
from ops.configuration import load_rules
from ops.rule_commands import app
from ops.rule_finding import Past, Proposal, as_rule, as_yaml, propose, read_past
from tests.factories import default_config
from tests.history import past as made_up

CONFIG = default_config()


def lines(number: int, noise: float = 0.05) -> list[dict[str, object]]:
    """The made-up past as a file has it."""
    found = []
    for one in made_up(number, noise=noise):
        title, _, description = one.text.partition("\n")
        outcome = {"team": one.team, "priority": one.priority}
        found.append(
            {"id": one.id, "title": title, "description": description, "module": one.module, "outcome": outcome}
        )
    return found


def read(number: int, noise: float = 0.05) -> Past:
    return read_past((PastTicket.model_validate(line) for line in lines(number, noise)), "team")


def found(number: int = 600, noise: float = 0.05, **wanted: float) -> dict[str, Proposal]:
    settings = {"precision": 0.85, "support": 10, **wanted}
    proposals = propose(read(number, noise), "team", precision=settings["precision"], support=int(settings["support"]))
    return {proposal.value: proposal for proposal in proposals}


def test_each_team_is_known_by_its_words_with_support_and_precision() -> None:
    proposals = found()

    assert set(proposals) == {"finance", "data-reports", "engineering", "first-line"}
    for proposal in proposals.values():
        assert proposal.tickets > 100
        assert 0.9 < proposal.precision <= 1
        assert all(one.tickets >= 10 and one.precision >= 0.85 for one in proposal.keywords)
    assert any("发票" in one.word or "专票" in one.word for one in proposals["finance"].keywords)


def test_a_keyword_is_shown_as_customers_write_it() -> None:
    said = [PastTicket(title="怎么改头像", team="first-line"), PastTicket(title="报表没有了", team="data-reports")] * 20
    [avatar, *_] = [
        one for one in propose(read_past(said, "team"), "team", precision=0.9, support=10) if one.value == "first-line"
    ]

    assert next(one.word for one in avatar.keywords) in "怎么改头像"


def test_what_everybody_writes_is_no_keyword() -> None:
    words = {one.word for proposal in found().values() for one in proposal.keywords}

    assert words.isdisjoint({"您好", "谢谢", "hello", "thank", "please"})


def test_a_past_without_a_pattern_suggests_nothing() -> None:
    assert found(noise=1.0) == {}
    assert found(5) == {}
    assert propose(Past(), "team", precision=0.9, support=10) == []


def test_few_tickets_prove_little() -> None:
    few = Past(texts=["发票 申请"] * 3 + ["别的 事情"] * 30, answers=["finance"] * 3 + ["first-line"] * 30)

    assert "finance" not in {one.value for one in propose(few, "team", precision=0.9, support=3)}


def test_the_rules_match_what_they_were_counted_on() -> None:
    past, proposals = read(400), found(400)

    for proposal in proposals.values():
        rule = Rule.model_validate(as_rule(proposal, CONFIG))
        assert sum(rule.holds(Facts({"text": text})) for text in past.texts) == proposal.tickets


@pytest.mark.parametrize("field", ["team", "module", "priority"])
def test_what_is_printed_is_a_sound_file_of_rules(tmp_path: Path, field: str) -> None:
    tickets = tmp_path / "past.jsonl"
    tickets.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines(400)))

    result = CliRunner().invoke(
        app, ["suggest", "--tickets", str(tickets), "--field", field, "--config", "config", "--precision", "0.85"]
    )

    assert result.exit_code == 0, result.output
    rules = tmp_path / "rules.yaml"
    rules.write_text(result.stdout)
    assert load_rules(rules)
    assert "# Learned from 400 tickets" in result.stdout
    assert "% of " in result.stdout


def test_where_nothing_is_clear_that_is_said_in_a_sentence() -> None:
    assert next(iter(as_yaml([], CONFIG))).startswith("# Nothing is clear enough")


def test_the_tickets_have_to_be_named() -> None:
    assert CliRunner().invoke(app, ["suggest"]).exit_code != 0

"""Rules in words: what is read is what is done."""

import pytest

from functions.shared.contracts.words import Language
from functions.shared.pages.rule_words import RuleWords
from functions.shared.pages.static_files import STYLES
from tests.factories import default_config


def words(language: Language) -> RuleWords:
    return RuleWords.of(default_config(), language)


@pytest.mark.parametrize(
    ("action", "chinese", "english"),
    [
        ({"by": "skill"}, "指派给熟悉该模块的人", "assign to who knows the module"),
        (
            {"by": "skill", "skills": ["mobile"]},
            "指派给具备技能 移动端 的人",
            "assign to who has the skills Mobile app",
        ),
        (
            {"by": "round_robin", "sticky": True},
            "由团队成员轮流处理（上次处理该公司工单的人优先）",
            "assign to the team in turn (first whoever had the company's last ticket)",
        ),
        (
            {"by": "least_loaded", "skills": ["a", "b"]},
            "指派给手头工作最少的人（须具备技能 a、b）",
            "assign to who has the least work (with the skills a, b)",
        ),
    ],
)
def test_an_assignment_says_which_skills_and_who_goes_first(action, chinese, english):
    assert words(Language.ZH).action({"do": "assign"} | action) == chinese
    assert words(Language.EN).action({"do": "assign"} | action) == english


@pytest.mark.parametrize("language", Language)
def test_things_are_called_by_their_names(language: Language):
    config = default_config()
    tell = words(language).action

    for procedure in config.procedures:
        told = tell({"do": "start_procedure", "procedure": procedure.id})
        assert procedure.name.in_language(language) in told
    for checklist in config.checklists:
        assert checklist.name.in_language(language) in tell({"do": "add_checklist", "checklist": checklist.id})
    for reply in config.replies:
        assert reply.name.in_language(language) in tell({"do": "reply", "template": reply.id})
    running = tell({"do": "link_incident", "incident": "running"})
    assert running in ("关联与之相似的进行中事故", "link to the running incident that it looks like")


def test_a_condition_is_shown_whole():
    css = (STYLES / "rules.css").read_text(encoding="utf-8")

    assert "line-clamp" not in css[css.index(".rule-when") :].split("}")[0]

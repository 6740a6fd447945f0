"""The form of a rule: what stands in it, what comes out of it, and what it says where that is no rule."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.desk.pages.rule_form import form_of, rule_of
from functions.shared.domain.rules import Rule
from tests.factories import default_config
from tests.unit.pages.rules_desk import Configurations
from tests.unit.pages.test_rules import manager

pytestmark = pytest.mark.usefixtures("rules_desk")


class Sent(HTMLParser):
    """What the rule's form would send as it stands, apart from its hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = self._text = ""
        self.feed(html[html.index('id="rule-form"') :])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        match tag, given.get("type"):
            case "select", _:
                self._select = given["name"]
                self.fields[self._select] = [""]
            case "option", _ if "selected" in given:
                self.fields[self._select] = [given["value"]]
            case "textarea", _:
                self._text = given["name"]
                self.fields[self._text] = [""]
            case "input", "checkbox" if "checked" in given:
                self.fields.setdefault(given["name"], []).append(given["value"])
            case "input", kind if kind != "checkbox" and given.get("name") not in ("csrf_token", "q"):
                self.fields[given["name"]] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[self._text] = [self.fields[self._text][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._text] = [self.fields[self._text][0].removeprefix("\n")]
            self._text = ""


def fields(html: str) -> dict[str, Any]:
    return {name: values if len(values) > 1 else values[0] for name, values in Sent(html).fields.items()}


def test_every_default_rule_stands_in_its_form_and_comes_out_as_it_was() -> None:
    boss = manager()
    for number, rule in enumerate(default_config().rules):
        boss.get(f"/desk/rules/{rule.id}")
        assert boss.post(f"/desk/rules/{rule.id}", **fields(boss.html), do="save") == 200, rule.id
        assert "Saved to the draft." in boss.html
        boss.get("/desk/rules/draft")
        assert "Nothing differs." in boss.html, (rule.id, number)


def test_lines_come_and_go_without_a_script() -> None:
    boss = manager()
    boss.get("/desk/rules/new")
    sent = fields(boss.html) | {"name_zh": "登录", "name_en": "Sign-in problems", "a0.do": "set_team"}

    boss.post("/desk/rules/new", **sent, do="show")
    assert re.search(r'name="a0.value".*?<option value="engineering">', boss.html, re.DOTALL)
    boss.post("/desk/rules/new", **fields(boss.html) | {"a0.value": "engineering", "a0.do": "set_priority"}, do="show")
    assert fields(boss.html)["a0.value"] == ""
    boss.post("/desk/rules/new", **fields(boss.html) | {"a0.do": "set_team"}, do="show")
    boss.post("/desk/rules/new", **fields(boss.html), do="add-line-0")
    assert 'name="g0.l1.field"' in boss.html
    boss.post("/desk/rules/new", **fields(boss.html), do="drop-line-0-1")
    assert 'name="g0.l1.field"' not in boss.html
    sent = fields(boss.html) | {
        "g0.l0.field": "text",
        "g0.l0.op": "contains_any",
        "g0.l0.value": "登录, sign in",
        "a0.value": "engineering",
        "on": "opened",
        "enabled": "yes",
    }

    assert boss.post("/desk/rules/new", **sent, do="save") == 200
    assert "text contains any of “登录”, “sign in”" in boss.html
    assert "give to Engineering and operations" in boss.html
    assert 'id="rule-sign-in-problems"' in boss.html


def test_what_is_no_rule_is_said_in_the_readers_language_and_kept_in_the_form(rules_desk: Configurations) -> None:
    boss = manager("zh")
    boss.get("/desk/rules/invoice-to-finance")
    sent = fields(boss.html) | {
        "a0.do": "set_team",
        "a0.value": "",
        "name_en": "",
        "g0.l0.op": "matches",
        "g0.l0.value": "(",
    }

    assert boss.post("/desk/rules/invoice-to-finance", **sent, do="save") == 422
    assert "name.en: 不能为空" in boss.html
    assert "表达式有误" in boss.html
    boss.get("/desk/rules")
    assert "的草稿" not in boss.html
    assert rules_desk.live().version == 1


def test_an_unsound_draft_says_why_and_cannot_be_published() -> None:
    boss = manager("zh")
    boss.get("/desk/rules/vip-first")
    sent = fields(boss.html) | {"a0.do": "set_team", "a0.value": "nobody"}
    assert boss.post("/desk/rules/vip-first", **sent, do="save") == 200
    assert "没有团队“nobody”" in boss.html

    boss.get("/desk/rules/draft")

    assert "发布之前必须改正" in boss.html
    assert re.search(r'<a href="/desk/rules/vip-first">[^<]+ · 第 1 个动作</a>: 没有团队“nobody”', boss.html)
    assert 'action="/desk/rules/draft/publish"' not in boss.html
    assert boss.post("/desk/rules/draft/give-up", revision="1") == 200
    assert "草稿已放弃。" in boss.html


LEAVES = st.builds(
    lambda field, words: {"field": field, "op": "contains_any", "value": words},
    st.sampled_from(["text", "title", "tags"]),
    st.lists(st.sampled_from(["发票", "a, b", "invoice", "x;y", "合 同"]), min_size=1, max_size=3, unique=True),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, parts),
    ),
    max_leaves=6,
)


@given(when=CONDITIONS)
def test_no_condition_changes_its_meaning_in_the_form(when: Any) -> None:
    rule = Rule.model_validate(
        {"id": "one", "name": {"zh": "一", "en": "One"}, "when": when, "then": [{"do": "set_team", "team": "a"}]}
    )
    zone = default_config().desk.zone
    written = rule.model_dump(mode="json", by_alias=True)

    back = Rule.model_validate(rule_of(form_of(written, zone), zone))

    assert _plain(back.model_dump(mode="json", by_alias=True)["when"]) == _plain(written["when"])


def _plain(when: Any) -> Any:
    """A condition whose parts are in no order and not wrapped for nothing: two that mean the same are equal."""
    for kind in ("all", "any"):
        if kind in when:
            parts = {part for one in when[kind] for part in _flat(kind, _plain(one))}
            return next(iter(parts)) if len(parts) == 1 else (kind, frozenset(parts))
    if "not" in when:
        return ("not", _plain(when["not"]))
    return (when["field"], when["op"], tuple(when["value"]))


def _flat(kind: str, part: Any) -> Any:
    return part[1] if part[0] == kind and isinstance(part[1], frozenset) else [part]

"""Rules from draft to live over the API, with real table, bucket and configuration behind it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.desk import http, wiring
from functions.shared.contracts.words import Role
from functions.shared.domain.rule_use import count
from functions.shared.domain.ticket import opened
from functions.shared.gateways.rule_use import RuleUses
from functions.shared.identity.principal import Principal, PrincipalKind
from tests.factories import DESK, default_config, make_opened, make_problem
from tests.integration.desk_door import desk_door, fresh_token
from tests.lambdas import CONTEXT, http_event

RULES = "/api/v1/desk/rules"
LOGIN = {
    "id": "login-to-engineering",
    "name": {"zh": "登录转研发", "en": "Sign-in to engineering"},
    "when": {"field": "text", "op": "contains_any", "value": ["登录", "sign in"]},
    "then": [{"do": "set_team", "team": "engineering"}],
    "examples": [{"ticket": {"title": "登录不了"}, "matches": True}],
}
PEOPLE = {
    "agent": ("li.na@aftercare.example", "agent"),
    "lead": ("chen.jing@aftercare.example", "lead"),
    "manager": ("gao.yuan@aftercare.example", "manager"),
    "other manager": ("admin@aftercare.example", "admin"),
}


@pytest.fixture(autouse=True)
def _desk(dynamodb: Any) -> Iterator[None]:
    with desk_door(dynamodb):
        yield


def ask(method: str, path: str, body: Any = None, *, who: str = "manager") -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {fresh_token(*PEOPLE[who])}", "accept-language": "en"}
    event = http_event(method, f"{RULES}{path}", body, headers=headers)
    answer = http.handler(event, CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def written() -> list[dict[str, Any]]:
    return [rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) for rule in default_config().rules]


def save(*rules: dict[str, Any], revision: int = 0, who: str = "manager") -> tuple[int, Any]:
    return ask("PUT", "/draft", {"revision": revision, "rules": list(rules)}, who=who)


def live() -> Any:
    return wiring.wiring().config.live()


def test_a_rule_goes_from_draft_to_live_and_back() -> None:
    status, saved = save(LOGIN, *written())
    assert (status, saved["revision"], saved["is_draft"], saved["author"]) == (200, 1, True, "gao-yuan")
    assert [change["en"] for change in saved["check"]["changes"]] == ["rule “Sign-in to engineering” is new"]
    assert saved["check"]["errors"] == saved["check"]["warnings"] == []
    assert live().version == 1

    assert ask("POST", "/draft/publish", {"revision": 1, "note": "登录"}) == (200, {"version": 2})
    assert live().rules[0].id == "login-to-engineering"
    assert ask("GET", "/draft")[1] | {"rules": []} == {
        "live": 2, "revision": 2, "is_draft": False, "base": 2, "author": None, "changed_at": None, "rules": [],
    }  # fmt: skip

    assert ask("POST", "/versions/1/restore", {"note": "回到从前"}) == (200, {"version": 3, "restores": 1})
    assert live().rules == default_config().rules
    _, versions = ask("GET", "/versions", who="lead")
    assert [(one["version"], one["source"], one.get("restores"), one["author"]) for one in versions] == [
        (3, "editor", 1, "gao-yuan"),
        (2, "editor", None, "gao-yuan"),
        (1, "files", None, "test"),
    ]
    assert [one["version"] for one in ask("GET", "/versions?before=3&limit=1")[1]] == [2]
    assert [change["zh"] for change in ask("GET", "/versions/3/changes")[1]] == ["删除规则“登录转研发”"]
    assert ask("GET", "/versions/3/changes?since=1")[1] == []


def test_looking_is_for_leads_and_writing_for_managers() -> None:
    body = {"revision": 0, "rules": written()}
    looking = {who: ask("GET", "/draft", who=who)[0] for who in ("agent", "lead", "manager")}
    writing = {who: ask("PUT", "/draft", body, who=who)[0] for who in ("agent", "lead")}
    publishing = {
        who: ask("POST", "/draft/publish", {"revision": 1, "note": "why"}, who=who)[0] for who in ("agent", "lead")
    }

    assert looking == {"agent": 403, "lead": 200, "manager": 200}
    assert writing == publishing == {"agent": 403, "lead": 403}
    assert ask("POST", "/versions/1/restore", {"note": "why"}, who="lead")[0] == 403
    assert live().version == 1


@pytest.mark.parametrize(
    ("rule", "place", "reason"),
    [
        (LOGIN | {"wenn": 1}, "rules[0].wenn", "there is no such setting"),
        (LOGIN | {"when": {"field": "txt", "op": "is", "value": "x"}}, "rules[0].when", "no field “txt”"),
        (
            LOGIN | {"when": {"field": "text", "op": "matches", "value": "(a{1000}){1000}"}},
            "rules[0].when",
            "the expression cannot be read",
        ),
        (LOGIN | {"then": [{"do": "fly"}]}, "rules[0].then[0]", "no “fly” here"),
        ("nonsense", "rules[0]", ""),
        (
            LOGIN | {"on": ["timer"], "when": {"field": "age", "op": "at_least", "value": float("inf")}},
            "rules[0].when",
            "numbers lie between",
        ),
        (LOGIN | {"when": {"field": "hour", "op": "at_least", "value": 10**400}}, "rules[0].when", "numbers lie"),
        (LOGIN | {"when": {"field": "hour", "op": "in", "value": [1, -(10**400)]}}, "rules[0].when", "numbers lie"),
        (
            LOGIN | {"then": [{"do": "set_field", "field": "fields.n", "value": float("inf")}]},
            "rules[0].then[0]",
            "numbers lie between",
        ),
        (
            LOGIN | {"examples": [{"ticket": {"fields": {"n": [10**400]}}, "matches": True}]},
            "rules[0].examples[0].ticket",
            "numbers lie between",
        ),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(rule: Any, place: str, reason: str) -> None:
    body = json.dumps({"revision": 0, "rules": [rule]}).replace("Infinity", "1e999")
    status, problem = ask("PUT", "/draft", body)

    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "invalid_input", place)
    assert reason in problem["errors"][0]["message"]
    assert ask("GET", "/draft")[1]["is_draft"] is False


@pytest.mark.parametrize(
    ("rules", "place", "reason"),
    [
        ([LOGIN | {"then": [{"do": "set_team", "team": "nobody"}]}], "rules[0].then[0].team", "no team “nobody”"),
        ([LOGIN, LOGIN], "rules[1].id", "is taken"),
        ([LOGIN | {"id": "new"}], "rules[0].id", "“new” is reserved"),
        ([LOGIN | {"id": "draft"}], "rules[0].id", "“draft” is reserved"),
        ([LOGIN | {"id": "versions"}], "rules[0].id", "“versions” is reserved"),
        (
            [LOGIN | {"examples": [{"ticket": {"title": "发票"}, "matches": True}]}],
            "rules[0].examples[0]",
            "should match this example",
        ),
        (
            [
                {
                    "id": f"to-{there.lower()}",
                    "name": {"zh": "来回", "en": "To and fro"},
                    "on": ["updated"],
                    "when": {"field": "priority", "op": "is", "value": here},
                    "then": [{"do": "set_priority", "priority": there}],
                }
                for here, there in (("P1", "P2"), ("P2", "P1"))
            ],
            "rules[0]",
            "would set one another off without end",
        ),
    ],
)
def test_what_is_unsound_can_be_kept_as_a_draft_and_not_published(rules: Any, place: str, reason: str) -> None:
    status, saved = save(*rules)
    assert (status, saved["check"]["errors"][0]["place"]) == (200, place)

    status, problem = ask("POST", "/draft/publish", {"revision": 1, "note": "why"})

    assert (status, problem["errors"][0]["field"]) == (422, place)
    assert reason in problem["errors"][0]["message"]
    assert live().version == 1


def test_five_megabytes_of_rules_are_refused_unread() -> None:
    status, problem = save(*[LOGIN | {"id": f"r{number}", "until": "x" * 500} for number in range(8000)])

    assert (status, problem["code"]) == (413, "too_large")


def test_a_draft_that_somebody_else_changed_is_not_overwritten() -> None:
    save(LOGIN, *written())

    assert save(*written(), who="other manager")[1]["code"] == "stale_draft"
    assert ask("POST", "/draft/publish", {"revision": 7, "note": "why"})[1]["code"] == "stale_draft"
    assert save(*written(), revision=1, who="other manager")[1]["revision"] == 2


def test_a_draft_goes_on_top_of_what_was_published_meanwhile() -> None:
    save(LOGIN, *written())
    first, *others = default_config().rules
    publish(default_config().model_copy(update={"rules": (first.model_copy(update={"enabled": False}), *others)}))

    assert ask("POST", "/draft/publish", {"revision": 1, "note": "why"}) == (200, {"version": 3})
    assert [(rule.id, rule.enabled) for rule in live().rules][:2] == [(LOGIN["id"], True), (first.id, False)]


def test_a_draft_that_changes_what_was_changed_meanwhile_is_refused() -> None:
    first, *others = written()
    save(first | {"stop": True}, *others)
    rule, *rest = default_config().rules
    publish(default_config().model_copy(update={"rules": (rule.model_copy(update={"enabled": False}), *rest)}))

    for path, body in (("/draft/publish", {"revision": 1, "note": "why"}), ("/draft/check", None)):
        status, problem = ask("POST", path, body)
        assert (status, problem["code"]) == (409, "rules_diverged")
        assert first["id"] in problem["detail"]
    assert ask("DELETE", "/draft?revision=1")[1]["is_draft"] is False
    assert ask("DELETE", "/draft?revision=1")[0] == 200  # nothing is left to give up


def test_doubts_are_told_in_both_languages() -> None:
    never = LOGIN | {"id": "never", "examples": [], "when": {"all": [LOGIN["when"], {"not": LOGIN["when"]}]}}

    [warning] = save(never, *written())[1]["check"]["warnings"]

    assert warning == {
        "place": "rules[0].when",
        "rule": "never",
        "kind": "never_holds",
        "zh": "规则“never”：条件永远不会成立",
        "en": 'rule "never": its condition can never hold',
    }


def test_a_draft_is_tried_on_the_last_tickets() -> None:
    for number in range(1, 6):
        event = make_opened(
            number,
            now=datetime.now(UTC) - timedelta(hours=number),
            problem=make_problem(title="登录不了" if number < 4 else "别的"),
        )
        wiring.wiring().store.append(opened(event).with_changes(team="engineering"), [event])
    save(*written(), LOGIN)

    status, report = ask("POST", "/draft/backtest", {"tickets": 4})

    assert (status, report["tickets"], report["changed"]["team"]) == (200, 4, 3)
    agreed = {"agreed_before": 0, "agreed_after": 3}
    assert report["agreement"]["team"] == {"known": 4, "before": 0.0, "after": 0.75} | agreed
    assert (report["of"], report["next"] is None) == (5, False)

    _, rest = ask("POST", "/draft/backtest", {"tickets": 4, "after": report["next"]})
    assert (rest["tickets"], rest["of"], rest["next"]) == (1, 5, None)
    assert rest["back_to"] < report["back_to"]
    assert ask("POST", "/draft/backtest", {"tickets": 5001})[0] == 422
    status, refused = ask("POST", "/draft/backtest", {"tickets": 10, "after": "garbage"})
    assert (status, refused["errors"][0]["field"]) == (422, "after")


def test_a_trial_that_takes_too_long_says_how_far_it_came() -> None:
    for number in range(1, 202):
        event = make_opened(number, now=datetime.now(UTC) - timedelta(minutes=number))
        wiring.wiring().store.append(opened(event), [event])
    seconds = iter((0.0, 1.0, 14.0, 15.0))
    lead = Principal(
        id="chen-jing", name="", kind=PrincipalKind.PERSON, desk=DESK, roles=frozenset({Role.LEAD}), email="a@b.c"
    )

    report = wiring.rule_editing().try_out(lead, tickets=5000, now=datetime.now(UTC), clock=lambda: next(seconds))

    assert (report["tickets"], report["of"]) == (200, 201)
    assert wiring.rule_editing().try_out(lead, tickets=9, after=report["next"], now=datetime.now(UTC))["tickets"] == 1


def test_there_is_no_going_back_to_what_never_was_or_does_not_fit() -> None:
    assert ask("GET", "/versions/9/changes")[1]["errors"][0]["message"] == "There is no version 9."
    assert ask("POST", "/versions/9/restore", {"note": "why"})[1]["errors"][0]["field"] == "version"
    config = default_config()
    lean = config.model_copy(update={"teams": config.teams[1:], "rules": ()})
    publish(lean)

    status, problem = ask("POST", "/versions/1/restore", {"note": "why"})

    assert (status, problem["code"]) == (422, "invalid_input")
    assert live().rules == ()


def publish(config: Any) -> None:
    store = wiring.wiring().config
    store.publish(config, author="files", note="", now=datetime.now(UTC))


@pytest.mark.parametrize("way_out", ["give up", "replace"])
def test_a_draft_that_cannot_be_read_locks_nobody_out(way_out: str) -> None:
    save(LOGIN)
    s3, bucket = wiring.wiring().s3, wiring.settings().blobs_bucket
    [kept] = s3.list_objects_v2(Bucket=bucket, Prefix=f"config/{default_config().desk.id}/draft/")["Contents"]
    s3.put_object(Bucket=bucket, Key=kept["Key"], Body=b'{"rules": [{}]}')
    wiring.rule_editing.cache_clear()  # another execution environment, which has not read it yet

    status, shown = ask("GET", "/draft")
    assert (status, shown["revision"], shown["is_draft"]) == (200, 1, False)
    assert ask("POST", "/draft/check")[0] == 200
    assert ask("POST", "/draft/publish", {"revision": 1, "note": "why"})[0] == 409
    assert ask("POST", "/versions/1/restore", {"note": "why"})[0] == 200
    if way_out == "give up":
        assert ask("DELETE", "/draft?revision=1")[1]["revision"] == 2
    else:
        assert save(LOGIN, revision=1)[1]["is_draft"] is True


@pytest.mark.parametrize("note", [None, "", "  ", "\0", "\u200b"])
def test_nothing_is_published_without_saying_why(note: str | None) -> None:
    save(LOGIN, *written())

    status, _ = ask("POST", "/draft/publish", {"revision": 1} | ({} if note is None else {"note": note}))

    assert (status, live().version) == (422, 1)


@pytest.mark.parametrize("note", [None, "", "  ", "\0", "\u200b"])
def test_nothing_is_brought_back_without_saying_why(note: str | None) -> None:
    publish(default_config().model_copy(update={"rules": ()}))

    status, problem = ask("POST", "/versions/1/restore", {} if note is None else {"note": note})

    assert (status, problem["errors"][0]["field"].rpartition(".")[2], live().rules) == (422, "note", ())


def test_how_often_rules_matched_is_told_once_it_was_counted() -> None:
    assert ask("GET", "/use", who="lead") == (200, {"counted": None, "matched": {}, "silent": []})
    parts, known = wiring.wiring(), wiring.settings()
    begun = make_opened(1, problem=make_problem(title="开发票"))
    uses = RuleUses(parts.dynamodb, parts.s3, table=known.table_name, bucket=known.blobs_bucket, desk=parts.desk_id)
    uses.keep(count([(begun, opened(begun))], live(), now=datetime.now(UTC)))

    status, told = ask("GET", "/use", who="lead")

    assert (status, told["counted"]["tickets"], told["counted"]["is_whole"]) == (200, 1, True)
    assert (told["matched"]["invoice-to-finance"], told["matched"]["outage-is-p0"]) == (1, 0)
    assert "outage-is-p0" in told["silent"]
    assert "invoice-to-finance" not in told["silent"]
    assert "outage-is-p0" in [w["rule"] for w in ask("POST", "/draft/check")[1]["warnings"] if w["kind"] == "silent"]
    assert ask("GET", "/use", who="agent")[0] == 403

"""Publishing a configuration and reading the live one."""

from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from functions.shared.domain.config_check import faults
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import ConfigMissing, StaleConfig, StaleDraft
from functions.shared.domain.facts import Facts
from functions.shared.domain.rule_drafts import RuleDraft
from functions.shared.domain.rules import Rule
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.drafts import RuleDrafts
from ops.configuration import load_config
from tests.integration.conftest import TABLE

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CONFIG = load_config(Path(__file__).parents[2] / "config")
CALMER = CONFIG.model_copy(update={"rules": CONFIG.rules[:-1]})


@pytest.fixture
def new_store(dynamodb):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="blobs")
    return lambda: ConfigStore(dynamodb, s3, table=TABLE, bucket="blobs", desk="after-sales")


def publish(store, config=CONFIG):
    return store.publish(config, author="admin", note="", now=NOW)


def test_nothing_is_live_before_the_first_version(new_store):
    with pytest.raises(ConfigMissing):
        new_store().live()


def test_what_was_published_is_live_under_the_next_version(new_store):
    assert publish(new_store()).version == 1
    assert publish(new_store(), CALMER).version == 2

    live = new_store().live()
    assert live.version == 2
    assert live.content() == CALMER.content()


def test_an_unchanged_configuration_keeps_its_version(new_store):
    publish(new_store())

    assert publish(new_store()).version == 1
    with pytest.raises(ConfigMissing):
        new_store().at(2)


def test_earlier_versions_stay_as_they_were(new_store):
    publish(new_store())
    publish(new_store(), CALMER)

    assert new_store().at(1).content() == CONFIG.content()


def test_a_running_function_sees_a_new_version_with_its_next_question(new_store):
    publish(new_store())
    running = new_store()
    assert running.live().version == 1

    publish(new_store(), CALMER)

    assert running.last_read().version == 1
    assert running.live().version == 2


def test_a_version_is_read_once(new_store):
    publish(new_store())
    running = new_store()
    first = running.live()

    assert running.live() is first


def test_the_second_of_two_who_publish_at_once_is_told(new_store, monkeypatch):
    publish(new_store())
    slow = new_store()
    ask = slow._item

    def ask_and_be_overtaken(sk, **options):
        answer = ask(sk, **options)
        publish(new_store(), CALMER)
        return answer

    monkeypatch.setattr(slow, "_item", ask_and_be_overtaken)

    with pytest.raises(StaleConfig):
        publish(slow, CONFIG.model_copy(update={"rules": ()}))
    assert new_store().live().content() == CALMER.content()


def test_the_history_says_who_published_what_and_why(new_store):
    publish(new_store())
    new_store().publish(CALMER, author="gao-yuan", note="calmer", now=NOW, source=Source.EDITOR, based_on=1)
    new_store().publish(CONFIG, author="gao-yuan", note="", now=NOW, source=Source.EDITOR, restores=1)

    newest, second, first = new_store().history()

    assert (newest.version, newest.restores, newest.changed) == (3, 1, ("rules",))
    assert second == ConfigVersion(
        version=2, author="gao-yuan", note="calmer", published_at=NOW, source=Source.EDITOR, changed=("rules",)
    )
    assert (first.source, "teams" in first.changed) == (Source.FILES, True)
    assert new_store().history(1, before=3) == [second]


def test_what_was_based_on_another_version_is_refused(new_store):
    publish(new_store())
    publish(new_store(), CALMER)

    with pytest.raises(StaleConfig):
        new_store().publish(CONFIG, author="a", note="", now=NOW, based_on=1)


@pytest.fixture
def drafts(new_store, dynamodb):
    new_store()
    return lambda: RuleDrafts(dynamodb, boto3.client("s3"), table=TABLE, bucket="blobs", desk="after-sales")


def draft(revision, rules=CONFIG.rules):
    return RuleDraft(base=1, revision=revision, rules=rules, author="gao-yuan", changed_at=NOW)


def test_a_draft_is_kept_until_it_is_given_up(drafts):
    assert (drafts().get(), drafts().revision()) == (None, 0)
    drafts().put(draft(1))
    drafts().put(draft(2, CALMER.rules))

    assert drafts().get() == draft(2, CALMER.rules)
    drafts().give_up(2)
    assert (drafts().get(), drafts().revision()) == (None, 3)
    drafts().put(draft(4))
    assert drafts().revision() == 4


def test_a_draft_that_cannot_be_read_can_be_replaced_and_given_up(drafts):
    broken = draft(1).model_copy(update={"rules": ({"id": "broken"},)})
    with pytest.warns(UserWarning, match="serializ"):
        drafts().put(broken)

    assert (drafts().get(), drafts().revision(), drafts().is_kept()) == (None, 1, True)
    drafts().put(draft(2))
    assert drafts().get() == draft(2)
    drafts().give_up(2)
    assert (drafts().is_kept(), drafts().revision()) == (False, 3)


def test_the_second_of_two_who_change_a_draft_is_told(drafts):
    drafts().put(draft(1))

    for late in (lambda: drafts().put(draft(1)), lambda: drafts().put(draft(3)), lambda: drafts().give_up(2)):
        with pytest.raises(StaleDraft):
            late()
    assert drafts().get() == draft(1)


def for_ever() -> Rule:
    """A rule as it could be published before years were bounded: people mean "for ever" by the last that there is."""
    last, first = "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"
    when = {"any": [{"field": "opened_at", "op": "within", "value": [first, last]}]}
    written = CONFIG.rules[0].model_dump(by_alias=True, mode="json")
    return Rule.model_validate(written | {"from": first, "until": last, "when": when, "examples": []})


def test_what_was_stored_before_years_were_bounded_goes_on_and_nothing_such_is_published_anew(new_store, drafts):
    rules = (for_ever(), *CONFIG.rules[1:])
    publish(new_store(), CONFIG.model_copy(update={"rules": rules}))
    drafts().put(draft(1, rules))

    live = new_store().live()
    assert live.rules == rules
    assert live.rules[0].is_in_force(NOW)
    assert live.rules[0].holds(Facts({"opened_at": NOW}))
    assert drafts().get() == draft(1, rules)
    assert [str(fault) for fault in faults(live, NOW)] == [
        f"rules[0].{place}: instants lie in the years 1900 to 2199" for place in ("when.any[0]", "from", "until")
    ]


def test_a_rule_that_names_what_is_not_there_rests_and_the_others_act(new_store, capsys, caplog):
    gone = CONFIG.model_copy(update={"teams": tuple(it for it in CONFIG.teams if it.id != "finance")})
    new_store().publish(gone, author="gao-yuan", note="", now=NOW)

    rules = {rule.id: rule.enabled for rule in new_store().live().rules}
    assert rules == {rule.id: rule.id != "invoice-to-finance" for rule in CONFIG.rules}
    assert "BrokenRules" in capsys.readouterr().out
    [told] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (told.rule, told.why) == ("invoice-to-finance", 'rules[1].then[0].team: no team "finance"')

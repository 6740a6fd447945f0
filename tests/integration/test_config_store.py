"""Publishing a configuration and reading the live one."""

from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from functions.shared.domain.errors import ConfigMissing, StaleConfig
from functions.shared.gateways.config import ConfigStore
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

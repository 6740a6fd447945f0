"""Where webhooks may lead: to the public internet over TLS, and nowhere else."""

import ssl
from typing import Any

import pytest
from pydantic import ValidationError

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_check import faults
from functions.shared.domain.webhooks import Webhook, is_public
from functions.shared.gateways.webhooks import LocalSink, NotPublic, PublicHttps, Unreachable, WebhookSecrets
from tests.factories import NOON, default_config


@pytest.mark.parametrize(
    "url",
    [
        "https://pager.example.com",
        "https://pager.example.com:8443/hooks/7?room=a",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={secret}",
        "https://93.184.216.34/x",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/x",
    ],
)
def test_an_address_on_the_public_internet_is_taken(url: str) -> None:
    assert Webhook(id="x", url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://pager.example.com",
        "ftp://pager.example.com",
        "pager.example.com",
        "https://",
        "https://user:pass@pager.example.com",
        "https://localhost/x",
        "https://intranet/x",
        "https://db.internal/x",
        "https://printer.local/x",
        "https://127.0.0.1/x",
        "https://10.0.0.7/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/x",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://pager.example.com:0/x",
        "https://pager.example.com:99999/x",
        "https://pager.example.com/#part",
        "https://{secret}.example.com/",
        f"https://pager.example.com/{'x' * 2000}",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Webhook(id="x", url=url)


@pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1", "::", "fe80::1", "2002:0a00:0001::", "192.0.2.1"])
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("found", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], []])
def test_a_name_that_leads_inside_is_not_connected_to(found: list[str]) -> None:
    post = PublicHttps(lambda _host, _port: found, ssl.create_default_context())
    with pytest.raises(NotPublic):
        post.post("https://pager.example.com/x", b"{}", {})


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def connect(address: Any, timeout: float) -> Any:
        asked.append((address, timeout))
        raise TimeoutError("timed out")

    monkeypatch.setattr("functions.shared.gateways.webhooks.socket.create_connection", connect)
    post = PublicHttps(lambda _host, _port: ["93.184.216.34"])
    with pytest.raises(Unreachable, match="timed out"):
        post.post("https://pager.example.com:8443/x", b"{}", {})
    assert asked == [(("93.184.216.34", 8443), 5)]


def test_a_name_that_cannot_be_found_is_tried_again() -> None:
    def find(_host: str, _port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(Unreachable):
        PublicHttps(find).post("https://pager.example.com", b"{}", {})


def test_a_sink_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        LocalSink("http://127.0.0.1:1/webhooks/sink").post("https://pager.example.com", b"{}", {})


class Parameters:
    """Stands in for SSM."""

    class exceptions:
        class ParameterNotFound(Exception): ...

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_parameter(self, Name: str, WithDecryption: bool) -> Any:
        assert WithDecryption
        self.asked.append(Name)
        return {"Parameter": {"Value": f"secret {len(self.asked)}"}}


def test_a_secret_is_kept_for_minutes_only() -> None:
    ssm, now = Parameters(), [0.0]
    secrets = WebhookSecrets(ssm, "/aftercare/desk/webhooks", clock=lambda: now[0])  # type: ignore[arg-type]  # enough of it
    assert [secrets.of("pager"), secrets.of("pager")] == ["secret 1", "secret 1"]
    now[0] = 301
    assert secrets.of("pager") == "secret 2"
    assert ssm.asked == ["/aftercare/desk/webhooks/pager"] * 2


def test_a_recipient_that_is_no_webhook_is_refused_with_its_place() -> None:
    content = default_config().content()
    content["policies"][0]["clocks"]["first_response"]["escalate"][0]["to"] = ["webhook:pager"]
    assert [str(fault) for fault in faults(DeskConfig.model_validate(content), NOON)] == [
        'policies[0].clocks.first_response: no webhook "pager"'
    ]
    content["webhooks"] = [{"id": "pager", "url": "https://pager.example.com"}] * 2
    assert [str(fault) for fault in faults(DeskConfig.model_validate(content), NOON)] == [
        'webhooks[1].id: "pager" is taken by webhooks[0]'
    ]
    config = DeskConfig.model_validate(content)
    assert config.recipients(["webhook:pager"], team=None, assignee=None, company=None, at=NOON) == ("webhook:pager",)

import json

import pytest

from functions.intake.delivery import Delivery, NotADelivery

NOTIFICATION = {
    "notificationType": "Received",
    "mail": {"messageId": "ses-1", "timestamp": "2026-03-02T04:00:00.000Z", "source": "wang@acme.example"},
    "receipt": {
        "recipients": ["support@aftercare.example"],
        "spfVerdict": {"status": "PASS"},
        "virusVerdict": {"status": "FAIL"},
        "dmarcVerdict": {},
        "action": {"type": "S3", "bucketName": "inbound", "objectKey": "ses-1"},
    },
}


@pytest.mark.parametrize("body", [json.dumps(NOTIFICATION), json.dumps({"Message": json.dumps(NOTIFICATION)})])
def test_a_notification_is_read_raw_or_wrapped_by_sns(body: str) -> None:
    delivery = Delivery.parse(body)

    assert (delivery.id, delivery.key, delivery.bucket) == ("ses-1", "ses-1", "inbound")
    assert delivery.recipients == ("support@aftercare.example",)
    assert delivery.verdicts == {"spf": "PASS", "virus": "FAIL"}
    assert delivery.failed("virus")
    assert not delivery.failed("dmarc")


@pytest.mark.parametrize("body", ["", "not json", "[]", "{}", '{"Message": "hello"}', '{"mail": {}, "receipt": null}'])
def test_anything_else_is_named_as_such(body: str) -> None:
    with pytest.raises(NotADelivery):
        Delivery.parse(body)

"""The desk's signing keys: created with the desk, rotated whenever its operators wish."""

import base64
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.shared.identity.customer_tokens import LINK_LIFE
from functions.shared.identity.keys import KeyRing, SigningKey

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def ensure_keys(ssm: "SSMClient", parameter: str) -> KeyRing:
    """The ring in `parameter`; created with one key when there is none. An existing ring is never replaced."""
    ring = KeyRing(keys=(_new_key(datetime.now(UTC)),))
    try:
        ssm.put_parameter(
            Name=parameter,
            Description="Signs customers' links, form tokens and reply addresses",
            Type="SecureString",
            Value=_document(ring),
            Overwrite=False,
        )
    except ssm.exceptions.ParameterAlreadyExists:
        return _read(ssm, parameter)
    return ring


def rotate_keys(ssm: "SSMClient", parameter: str) -> KeyRing:
    """Sign with a new key from now on; what older keys signed stays good for as long as a link may live."""
    ring = _read(ssm, parameter).rotated(_new_key(datetime.now(UTC)), overlap=LINK_LIFE)
    ssm.put_parameter(Name=parameter, Type="SecureString", Value=_document(ring), Overwrite=True)
    return ring


def _read(ssm: "SSMClient", parameter: str) -> KeyRing:
    found = ssm.get_parameter(Name=parameter, WithDecryption=True)
    return KeyRing.model_validate_json(found["Parameter"]["Value"])


def _new_key(now: datetime) -> SigningKey:
    return SigningKey.model_validate(
        {
            "id": f"k{secrets.token_hex(3)}",
            "secret": base64.urlsafe_b64encode(secrets.token_bytes(32)),
            "created_at": now,
        }
    )


def _document(ring: KeyRing) -> str:
    return ring.model_dump_json()

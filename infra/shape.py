"""Cloud or local cloud: everything that differs between them is a property here, and is decided once, in `app.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

RUNTIME = lambda_.Runtime.PYTHON_3_14

DEFAULT_DESK = "after-sales"
"""Its stacks carry no desk's name: they were there before there were several desks."""

LOCAL_API_TAG = "de5c0001"
"""The id by which the local cloud serves the HTTP API."""


class UnusableContext(ValueError):
    """The context given to the CDK app cannot be deployed; the message says what to change."""


@dataclass(frozen=True)
class Shape:
    """Where the desk is deployed to, and under which names."""

    kind: Literal["cloud", "local"]
    desk_id: str
    support_address: str
    mail_domain: str | None = None
    """Mail to this domain is received by SES; without it mail is only sent."""
    receipt_rule_set: str | None = None
    """The region's active receipt rule set, when another desk made it; without it the desk makes one of its own."""
    public_url: str | None = None
    """The address that people use, when it is not the HTTP API's own."""
    alarm_address: str | None = None
    malware_scan: Literal["on", "off"] = "off"
    """Whether GuardDuty's Malware Protection for S3 scans and tags the blobs bucket."""
    sign_in_prefix: str | None = None
    """First label of the sign-in pages' host, unique in the region."""
    endpoint: str = "http://localhost:4566"
    """Where the local cloud listens; of no meaning in the cloud."""

    @classmethod
    def from_context(cls, read: Callable[[str], Any]) -> Self:
        """The shape that `-c name=value` and `cdk.json` describe; an empty value counts as none."""
        given = {name: str(value) for name in cls.__dataclass_fields__ if (value := read(name))}
        given.setdefault("kind", "cloud")
        if given["kind"] not in ("cloud", "local"):
            raise UnusableContext(f"kind is cloud or local, not {given['kind']}")
        if given.get("malware_scan", "off") not in ("on", "off"):
            raise UnusableContext(f"malware_scan is on or off, not {given['malware_scan']}")
        for name in ("desk_id", "support_address"):
            if name not in given:
                raise UnusableContext(f"context {name} is missing: set it in cdk.json or with -c {name}=…")
        given = {name: value.rstrip("/") for name, value in given.items()}
        return cls(**given)  # type: ignore[arg-type]  # `kind` was checked above

    def stack(self, part: str) -> str:
        """The name of the desk's stack for `part`. Desks of one account have stacks of their own (decision 90)."""
        return f"Aftercare{part}" if self.desk_id == DEFAULT_DESK else f"Aftercare{part}-{self.desk_id}"

    @property
    def is_local(self) -> bool:
        return self.kind == "local"

    @property
    def removal(self) -> cdk.RemovalPolicy:
        """What becomes of stored data when its stack goes."""
        return cdk.RemovalPolicy.DESTROY if self.is_local else cdk.RemovalPolicy.RETAIN

    @property
    def tls_only(self) -> bool:
        """Whether queues and buckets refuse plain HTTP, which is all that the local cloud speaks."""
        return not self.is_local

    @property
    def architecture(self) -> lambda_.Architecture:
        return lambda_.Architecture.X86_64 if self.is_local else lambda_.Architecture.ARM_64

    @property
    def visibility(self) -> cdk.Duration:
        """How long a received message is hidden: six times a worker's timeout, as Lambda asks; locally short, so that
        what a killed function held comes back soon."""
        return cdk.Duration.seconds(30 if self.is_local else 180)

    @property
    def worker_concurrency(self) -> int:
        """How many batches of one queue are handled at once; every one of them is a process on the local machine."""
        return 2 if self.is_local else 10

    @property
    def sending_identity(self) -> str:
        """What SES has verified: the mail domain, or the one address."""
        return self.mail_domain or self.support_address

    def synthesizer(self) -> cdk.IStackSynthesizer:
        """The local cloud refuses the bootstrap roles, so there the caller's own key deploys."""
        return cdk.CliCredentialsStackSynthesizer() if self.is_local else cdk.DefaultStackSynthesizer()

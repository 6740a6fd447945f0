"""The security review that every cloud synthesis has to pass, and how a finding is answered.

It reads the constructs before references between stacks are resolved: afterwards a finding names generated outputs
(`PublishOutputFnGetAttStoreBlobs371A4133Arn7C8837AA`), and an answer to it could neither be read nor kept stable.
"""

from collections.abc import Iterable, Iterator

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct


class Unreviewed(RuntimeError):
    """The stacks have findings that nobody has answered; the message lists them."""


def review(stacks: Iterable[cdk.Stack]) -> None:
    """Raises Unreviewed unless every finding of the AWS Solutions rules is mended or answered."""
    unanswered = [f"- {finding}" for stack in stacks for finding in findings(stack)]
    if unanswered:
        raise Unreviewed("\n".join(["Mend these, or answer them with `accept` on the construct:", *unanswered]))


def accept(construct: IConstruct, finding: str, *, reason: str) -> None:
    """Answer `finding` for this construct and what is in it."""
    cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings(stack: cdk.Stack) -> Iterator[str]:
    """What the rules object to in `stack` and nobody has answered."""
    for violation in AwsSolutionsChecks(stack).validate_scope(stack).violations:
        for resource in violation.violating_resources:
            yield f"{resource.construct_path}: {violation.rule_name}: {violation.description}"

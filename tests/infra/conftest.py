"""The stacks in both shapes, built once and without the real asset: what is tested is what would be deployed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_lambda as lambda_

from infra.app import build_stacks
from infra.bundling import ROOT
from infra.review import findings
from infra.shape import Shape

Resource = dict[str, Any]


@dataclass(frozen=True)
class Built:
    """One shape's stacks, what the review finds in them, and their templates."""

    shape: Shape
    stacks: tuple[cdk.Stack, ...]
    findings: tuple[str, ...]
    templates: Mapping[str, Mapping[str, Any]]

    def resources(self, kind: str, stack: str | None = None) -> dict[str, Resource]:
        """Resources of the CloudFormation type, by logical id, of one stack or of all."""
        return {
            logical_id: resource
            for name, template in self.templates.items()
            if stack in (None, name)
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def functions(self) -> dict[str, Resource]:
        """Functions by their entry point."""
        found = self.resources("AWS::Lambda::Function")
        return {resource["Properties"]["Handler"]: {**resource, "LogicalId": id_} for id_, resource in found.items()}

    def statements(self, entry_point: str) -> Iterator[dict[str, Any]]:
        """What the entry point's role allows."""
        role = self.functions()[entry_point]["Properties"]["Role"]["Fn::GetAtt"][0]
        for policy in self.resources("AWS::IAM::Policy").values():
            if {"Ref": role} in policy["Properties"]["Roles"]:
                yield from policy["Properties"]["PolicyDocument"]["Statement"]

    def actions(self, entry_point: str) -> set[str]:
        """Every action that the entry point's role allows on something."""
        return {action for statement in self.statements(entry_point) for action in as_list(statement["Action"])}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def build(shape: Shape) -> Built:
    """The stacks of `shape`."""
    app = cdk.App(context=json.loads((ROOT / "cdk.json").read_text())["context"])
    code = lambda_.Code.from_inline("the asset is built by the bundling tests")
    stacks = build_stacks(app, shape=shape, code=code)
    open_findings = tuple(finding for stack in stacks for finding in findings(stack))
    templates = {stack.stack_name: assertions.Template.from_stack(stack).to_json() for stack in stacks}
    return Built(shape, stacks, open_findings, templates)


CLOUD = Shape(
    kind="cloud", desk_id="after-sales", support_address="support@help.example.com", mail_domain="help.example.com"
)


@pytest.fixture
def cloud() -> Built:
    return build(CLOUD)


@pytest.fixture
def local() -> Built:
    return build(replace(CLOUD, kind="local", mail_domain=None, public_url="http://localhost:8080"))

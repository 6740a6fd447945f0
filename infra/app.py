"""The CDK app: `cdk deploy --all` for the cloud, `-c kind=local` for the local cloud."""

import sys

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from infra.bundling import function_code
from infra.review import Unreviewed, review
from infra.shape import Shape, UnusableContext
from infra.stacks.app import AppStack
from infra.stacks.data import DataStack
from infra.stacks.mail import MailStack


def main() -> None:
    """Write the cloud assembly that the CDK command line deploys."""
    try:
        desk().synth()
    except (UnusableContext, Unreviewed) as error:
        sys.exit(str(error))


def desk() -> cdk.App:
    """The whole desk, in the shape that the context describes; for the cloud only if it passes the review."""
    app = cdk.App()
    shape = Shape.from_context(app.node.try_get_context)
    stacks = build_stacks(app, shape=shape, code=function_code(shape))
    if not shape.is_local:
        review(stacks)
    return app


def build_stacks(app: cdk.App, *, shape: Shape, code: lambda_.Code) -> tuple[cdk.Stack, ...]:
    """The stacks of one desk in `app`."""
    data = DataStack(app, shape.stack("Data"), shape=shape)
    running = AppStack(app, shape.stack("App"), shape=shape, data=data, code=code)
    if not shape.mail_domain:
        return data, running
    return data, running, MailStack(app, shape.stack("Mail"), shape=shape, data=data, intake=running.intake)


if __name__ == "__main__":
    main()

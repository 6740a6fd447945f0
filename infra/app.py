"""The CDK app: `cdk deploy --all` for the cloud, `-c kind=local` for the local cloud."""

import sys

import aws_cdk as cdk

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
    """The stacks of one desk, in the shape that the context describes."""
    app = cdk.App()
    shape = Shape.from_context(app.node.try_get_context)
    data = DataStack(app, "AftercareData", shape=shape)
    running = AppStack(app, "AftercareApp", shape=shape, data=data, code=function_code(shape))
    if shape.mail_domain:
        MailStack(app, "AftercareMail", shape=shape, data=data, intake=running.intake)
    if not shape.is_local:
        review(app)
    return app


if __name__ == "__main__":
    main()

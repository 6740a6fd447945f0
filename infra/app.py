"""The CDK app: `cdk deploy --all` for the cloud, `-c kind=local` for the local cloud."""

import sys

import aws_cdk as cdk

from infra.bundling import function_code
from infra.shape import Shape, UnusableContext
from infra.stacks.app import AppStack
from infra.stacks.data import DataStack


def main() -> None:
    """Write the cloud assembly that the CDK command line deploys."""
    app = cdk.App()
    try:
        shape = Shape.from_context(app.node.try_get_context)
    except UnusableContext as error:
        sys.exit(str(error))
    data = DataStack(app, "AftercareData", shape=shape)
    AppStack(app, "AftercareApp", shape=shape, data=data, code=function_code(shape))
    app.synth()


if __name__ == "__main__":
    main()

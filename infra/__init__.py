"""What the desk is made of in AWS: one CDK app for the cloud and for the local cloud."""

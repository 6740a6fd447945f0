"""How SES hands received mail to the desk; deployed only where the desk has a mail domain."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ses_actions as actions
from constructs import Construct

from infra.constructs.intake import Intake
from infra.shape import Shape
from infra.stacks.data import DataStack


class MailStack(cdk.Stack):
    """Every address of the mail domain leads to the inbound bucket, and from there to intake.

    An account has one active receipt rule set per region. The first desk makes one; making it active could silence
    another, so that step is left to the operators: the stack says the command. Further desks add their rule to it.
    """

    def __init__(self, scope: Construct, id: str, *, shape: Shape, data: DataStack, intake: Intake) -> None:
        super().__init__(scope, id, synthesizer=shape.synthesizer())
        domain = shape.mail_domain
        assert domain, "app.py makes this stack for a mail domain only"
        identity = ses.EmailIdentity(self, "Domain", identity=ses.Identity.domain(domain))
        intake.inbound.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("ses.amazonaws.com")],
                resources=[intake.inbound.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            )
        )
        existing = shape.receipt_rule_set
        rules = (
            ses.ReceiptRuleSet.from_receipt_rule_set_name(self, "Rules", existing)
            if existing
            else ses.ReceiptRuleSet(self, "Rules")
        )
        rules.add_rule(
            "Receive",
            recipients=[domain],
            scan_enabled=True,
            tls_policy=ses.TlsPolicy.OPTIONAL,  # a customer's old server must not bounce
            actions=[actions.S3(bucket=data.store.inbound, topic=intake.inbound)],
        )
        for place, record in enumerate(identity.dkim_records, start=1):
            cdk.CfnOutput(self, f"Dkim{place}", value=f"{record.name} CNAME {record.value}")
        cdk.CfnOutput(self, "Mx", value=f"{domain} MX 10 inbound-smtp.{self.region}.amazonaws.com")
        cdk.CfnOutput(self, "RuleSet", value=rules.receipt_rule_set_name)
        if not existing:
            activate = f"aws ses set-active-receipt-rule-set --rule-set-name {rules.receipt_rule_set_name}"
            cdk.CfnOutput(self, "Activate", value=activate)

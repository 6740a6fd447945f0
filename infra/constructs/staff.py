"""Who works at the desk: the user pool with its groups, and the way in."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from functions.shared.contracts.words import Role
from infra.review import accept
from infra.shape import Shape


class Staff(Construct):
    """The people of the desk. Nobody signs up alone: an admin invites."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape) -> None:
        super().__init__(scope, id)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(7),
            ),
            deletion_protection=not shape.is_local,
            removal_policy=shape.removal,
        )
        accept(
            self.pool,
            "AwsSolutions-COG2",
            reason="A second factor is offered to everyone. Whether it is required is the company's rule, not ours: a"
            " small one must be able to start without, and whoever signs in through another provider has it there.",
        )
        accept(
            self.pool,
            "AwsSolutions-COG8",
            reason="Threat protection needs the Plus plan, which has no free tier; the people are invited, not public.",
        )
        for rank, role in enumerate(reversed(Role)):
            cognito.CfnUserPoolGroup(
                self, role.capitalize(), user_pool_id=self.pool.user_pool_id, group_name=role, precedence=rank
            )


class SignIn(Construct):
    """The console as a client of the pool: code flow with PKCE, no secret, managed login."""

    def __init__(self, scope: Construct, id: str, *, shape: Shape, pool: cognito.IUserPool, public_url: str) -> None:
        super().__init__(scope, id)
        prefix = shape.sign_in_prefix or f"{shape.desk_id}-{cdk.Aws.ACCOUNT_ID}"
        managed_login = cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN
        domain = cognito.UserPoolDomain(
            self,
            "Domain",
            user_pool=pool,
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix),
            managed_login_version=managed_login,
        )
        self.client = cognito.UserPoolClient(
            self,
            "Console",
            user_pool=pool,
            generate_secret=False,
            auth_flows=cognito.AuthFlow(admin_user_password=shape.is_local),  # for `desk token`, on the laptop only
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                callback_urls=[f"{public_url}/desk/callback"],
                logout_urls=[f"{public_url}/desk/sign-in"],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=cdk.Duration.hours(1),
            id_token_validity=cdk.Duration.hours(1),
            refresh_token_validity=cdk.Duration.days(1),
        )
        if not shape.is_local:  # the newer pages stay empty without a style; the local cloud has neither
            cognito.CfnManagedLoginBranding(
                self,
                "Style",
                user_pool_id=pool.user_pool_id,
                client_id=self.client.user_pool_client_id,
                use_cognito_provided_values=True,
            ).node.add_dependency(domain)
        pool_host = f"cognito-idp.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}"
        issuer = f"https://{pool_host}/{pool.user_pool_id}"
        keys_base = f"{shape.endpoint}/{pool.user_pool_id}" if shape.is_local else issuer
        self.settings = {
            "user_pool_client_id": self.client.user_pool_client_id,
            "issuer": issuer,
            "keys_url": f"{keys_base}/.well-known/jwks.json",
            "sign_in_url": shape.endpoint if shape.is_local else domain.base_url(),
        }

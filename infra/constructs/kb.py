"""Knowledge: articles, the help centre and its search."""

from constructs import Construct

from functions.kb.settings import KbHttpSettings, KbPublishSettings
from functions.shared.contracts.article_events import ArticleArchived, ArticlePublished
from infra.constructs.public_api import PublicApi
from infra.constructs.service_function import DOOR_TIMEOUT, ServiceFunction
from infra.constructs.store import allow_objects
from infra.constructs.work_queue import WorkQueue
from infra.platform import Platform

_SEARCH = ("search/",)
"""Where the search index lies among the blobs."""


class KnowledgeBase(Construct):
    """Writes, publishes and finds articles."""

    def __init__(self, scope: Construct, id: str, *, platform: Platform, api: PublicApi) -> None:
        super().__init__(scope, id)
        http = ServiceFunction(
            self,
            "Http",
            platform=platform,
            handler="functions.kb.http.handler",
            environment=KbHttpSettings.to_env(
                **platform.desk,
                **platform.sign_in,
                site_bucket=platform.site.bucket_name,
                public_url=platform.public_url,
                token_key_parameter=platform.token_key_parameter,
            ),
            timeout=DOOR_TIMEOUT,
            memory_mib=1024,
        ).function
        platform.allow_config(http)
        platform.allow_articles(http)
        platform.allow_queries(http)
        platform.allow_token_key(http)
        allow_objects(http, platform.blobs, "GetObject", under=_SEARCH)
        allow_objects(http, platform.site, "GetObject")
        api.leads_to(
            http,
            "Help",
            *("/help", "/help/{proxy+}"),
            *("/api/v1/articles", "/api/v1/articles/{proxy+}"),
            *("/desk/articles", "/desk/articles/{proxy+}"),
        )

        self.work = WorkQueue(self, "Work", shape=platform.shape)
        self.work.hears(platform.bus, ArticlePublished, ArticleArchived)
        publisher = ServiceFunction(
            self,
            "Publisher",
            platform=platform,
            handler="functions.kb.publish.handler",
            environment=KbPublishSettings.to_env(
                **platform.desk, site_bucket=platform.site.bucket_name, public_url=platform.public_url
            ),
        ).function
        platform.allow_config(publisher)
        platform.allow_queries(publisher)
        allow_objects(publisher, platform.blobs, "GetObject", "PutObject", under=_SEARCH)
        allow_objects(publisher, platform.site, "PutObject", "DeleteObject")
        self.work.feeds(publisher)

"""What stands behind the rules' pages in tests: configurations, a draft, last night's count, three past tickets."""

from datetime import UTC, datetime
from typing import Any

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.config_versions import ConfigVersion, Source
from functions.shared.domain.errors import ConfigMissing
from functions.shared.domain.rule_drafts import RuleDraft
from functions.shared.domain.rule_use import RuleUse
from functions.shared.domain.ticket import opened
from functions.shared.gateways.opened_tickets import PastTicketPage
from tests.factories import make_message, make_opened, make_problem


class Configurations:
    """Behaves like `ConfigStore`."""

    def __init__(self, config: DeskConfig) -> None:
        self.versions = [config.model_copy(update={"version": 1})]
        self.entries = [ConfigVersion(version=1, author="files", note="begin", published_at=datetime.now(UTC))]

    def live(self, **_: Any) -> DeskConfig:
        return self.versions[-1]

    def last_read(self) -> DeskConfig:
        return self.versions[-1]

    def at(self, version: int) -> DeskConfig:
        if not 0 < version <= len(self.versions):
            raise ConfigMissing
        return self.versions[version - 1]

    def history(self, limit: int = 50, *, before: int | None = None) -> list[ConfigVersion]:
        return [one for one in reversed(self.entries) if before is None or one.version < before][:limit]

    def publish(
        self, config: DeskConfig, *, author: str, note: str, now: datetime, source: Source, **told: Any
    ) -> DeskConfig:
        published = config.model_copy(update={"version": len(self.versions) + 1})
        self.versions.append(published)
        entry = ConfigVersion(
            version=published.version,
            author=author,
            note=note,
            published_at=now,
            source=source,
            restores=told["restores"],
        )
        self.entries.append(entry)
        return published


class Drafts:
    """Behaves like `RuleDrafts` with one writer."""

    def __init__(self) -> None:
        self.draft: RuleDraft | None = None
        self.count = 0

    def get(self) -> RuleDraft | None:
        return self.draft

    def is_kept(self) -> bool:
        return self.draft is not None

    def revision(self) -> int:
        return self.count

    def put(self, draft: RuleDraft) -> None:
        self.draft, self.count = draft, draft.revision

    def give_up(self, revision: int) -> None:
        self.draft, self.count = None, revision + 1


class Uses:
    """What was counted last night."""

    def __init__(self) -> None:
        self.use: RuleUse | None = None

    def newest(self) -> RuleUse | None:
        return self.use


class Opened:
    """The last three tickets."""

    def page(self, since: datetime, until: datetime, **_: Any) -> PastTicketPage:
        del since, until
        events = [
            make_opened(number, problem=make_problem(title="开发票", description=make_message("急")))
            for number in (1, 2, 3)
        ]
        return PastTicketPage(tuple((event, opened(event).with_changes(team="finance")) for event in events), None)

    def count(self, since: datetime, until: datetime) -> int:
        del since, until
        return 3

from datetime import datetime

from functions.shared.domain.directory import fold_address
from functions.shared.domain.mail_standing import Undeliverable


class StandingsInMemory(dict[str, Undeliverable]):
    """Behaves like `MailStandings`."""

    def undeliverable(self, address: str) -> Undeliverable | None:
        known = self.get(fold_address(address))
        return known if known and known.holds else None

    def mark(self, mark: Undeliverable) -> None:
        self[fold_address(mark.address)] = mark

    def clear(self, address: str, *, by: str, now: datetime) -> None:
        if known := self.undeliverable(address):
            self.mark(known.model_copy(update={"cleared_by": by, "cleared_at": now}))

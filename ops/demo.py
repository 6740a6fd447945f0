"""Realistic problems, posted as their customers would: through the API, and by mail."""

import json
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path

from ops.desk_client import DeskClient, Json
from ops.failure import Failure
from ops.local.endpoints import Endpoints
from ops.local.settings import ROOT

SAMPLES = ROOT / "events" / "samples"
_SHOWN_AT_FIRST = 6
_PATIENCE_S = 120


@dataclass(frozen=True)
class Sample:
    """One problem, as a file: a report in JSON, or a raw mail."""

    path: Path

    @property
    def is_mail(self) -> bool:
        return self.path.suffix == ".eml"

    @property
    def title(self) -> str:
        """What the ticket will be called."""
        if self.is_mail:
            return str(message_from_bytes(self.path.read_bytes(), policy=policy.default)["Subject"])
        return str(json.loads(self.path.read_bytes())["title"])


def samples(config: Path) -> list[Sample]:
    """The problems of the desk configured in the folder `config`, reports before mails."""
    folder = samples_of(config)
    return [Sample(path) for pattern in ("*.json", "*.eml") for path in sorted(folder.rglob(pattern))]


def samples_of(config: Path) -> Path:
    """Where the desk's customers and problems for trying it out are: its own, or those of the default desk."""
    own = config / "samples"
    return own if own.is_dir() else SAMPLES


def report(sample: Sample, client: DeskClient) -> Json:
    """Post a report; the same one again is answered as the first time and opens nothing."""
    document: Json = json.loads(sample.path.read_bytes())
    return client.open_ticket(document, key=f"demo/{sample.path.stem}")


def send(sample: Sample, endpoints: Endpoints) -> None:
    """Send a mail to the desk, as its customer's mail server would."""
    host, _, port = endpoints.smtp.rpartition(":")
    raw = sample.path.read_bytes()
    sender = parseaddr(str(message_from_bytes(raw, policy=policy.default)["From"]))[1]
    try:
        with smtplib.SMTP(host, int(port), timeout=30) as server:
            server.sendmail(sender, [endpoints.support_address], raw, mail_options=["BODY=8BITMIME"])
    except (OSError, smtplib.SMTPException) as error:
        raise Failure(f"The mail bridge at {endpoints.smtp} did not take {sample.path.name}: {error}") from error


def post_first(client: DeskClient, config: Path) -> None:
    """The few tickets that a fresh desk begins with."""
    for sample in samples(config)[:_SHOWN_AT_FIRST]:
        report(sample, client)


def post_all(
    customer: DeskClient, staff: DeskClient, endpoints: Endpoints, config: Path, posted: Callable[[str], None]
) -> list[Json]:
    """Post every sample and wait until each is triaged; the lines of their tickets, in order of posting."""
    references: dict[str, str] = {}
    for sample in samples(config):
        if sample.is_mail:
            send(sample, endpoints)
        else:
            references[sample.title] = report(sample, customer)["reference"]
        posted(sample.title)
    return [*_triaged(staff, references, samples(config))]


def _triaged(staff: DeskClient, references: dict[str, str], posted: list[Sample]) -> Iterator[Json]:
    """The lines of all samples' tickets, as soon as all of them have a priority."""
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        lines = staff.queue([], [], 200)
        by_title = {line["title"]: line for line in lines if line["priority"]}
        by_reference = {line["reference"]: line for line in lines if line["priority"]}
        found = {
            sample.title: by_reference.get(references.get(sample.title, "")) or by_title.get(sample.title)
            for sample in posted
        }
        if all(found.values()):
            yield from (line for line in found.values() if line)
            return
        if time.monotonic() > give_up:
            missing = [title for title, line in found.items() if not line]
            raise Failure("Not triaged after two minutes:\n" + "\n".join(f"  {title}" for title in missing))
        time.sleep(0.5)  # asking the API: there is nothing to wait on

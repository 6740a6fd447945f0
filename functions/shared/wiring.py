"""The gateways that a desk's functions share, each built on first use and kept for the environment's life."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from functions.shared.bodies import Bodies
from functions.shared.contracts.words import Language
from functions.shared.domain.clock_rules import clock_rules
from functions.shared.domain.sla import SlaRules
from functions.shared.gateways.blobs import Blobs
from functions.shared.gateways.config import ConfigStore
from functions.shared.gateways.directory import Directory
from functions.shared.gateways.incidents import Incidents
from functions.shared.gateways.lessons import LessonStore
from functions.shared.gateways.mail_standing import MailStandings
from functions.shared.gateways.rosters import Rosters
from functions.shared.gateways.tickets import TicketTable
from functions.shared.identifiers import draw_ticket_id
from functions.shared.settings import DeskSettings
from functions.shared.ticketing import Tickets
from functions.shared.triaging import Triage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class DeskWiring:
    """What one desk is made of. Wire it once per execution environment."""

    def __init__(self, settings: DeskSettings) -> None:
        self.desk_id = settings.desk_id
        self._table = settings.table_name
        self._bucket = settings.blobs_bucket
        self._scanned = settings.malware_scan == "on"

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        # The gateways' calls are typed and tested; looking through every item once more before it leaves takes time.
        return boto3.client("dynamodb", config=Config(parameter_validation=False))

    @cached_property
    def s3(self) -> "S3Client":
        # Presigned posts are only safe with SigV4, which is not what every region's default would be.
        return boto3.client("s3", config=Config(signature_version="s3v4"))

    @cached_property
    def config(self) -> ConfigStore:
        return ConfigStore(self.dynamodb, self.s3, table=self._table, bucket=self._bucket, desk=self.desk_id)

    def language(self) -> Language:
        """What the desk speaks, as far as is known: failures are told in it, and must not cause others."""
        kept = self.config.kept
        return kept.desk.default_language if kept else Language.ZH

    @cached_property
    def store(self) -> TicketTable:
        return TicketTable(self.dynamodb, self._table, self.desk_id)

    @cached_property
    def lessons(self) -> LessonStore:
        return LessonStore(self.dynamodb, self.s3, table=self._table, bucket=self._bucket, desk=self.desk_id)

    @cached_property
    def incidents(self) -> Incidents:
        return Incidents(self.dynamodb, self._table, self.desk_id)

    @cached_property
    def rosters(self) -> Rosters:
        return Rosters(self.dynamodb, self._table, self.desk_id)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self.store, self._clock_rules, draw_ticket_id)

    @cached_property
    def triage(self) -> Triage:
        return Triage(self.config, self.rosters, self.store, self.bodies, self.lessons, self.incidents)

    @cached_property
    def new_tickets(self) -> Tickets:
        """The tickets, for doors that open some: they are triaged in the commit that opens them."""
        return Tickets(self.store, self._clock_rules, draw_ticket_id, self.triage.at_the_door)

    @cached_property
    def blobs(self) -> Blobs:
        return Blobs(self.s3, self._bucket, scanned=self._scanned)

    @cached_property
    def bodies(self) -> Bodies:
        return Bodies(self.blobs, self.desk_id)

    @cached_property
    def standings(self) -> MailStandings:
        return MailStandings(self.dynamodb, self._table, self.desk_id)

    @cached_property
    def directory(self) -> Directory:
        default = self.config.last_read().desk.default_language
        along = (self.config.pointer, self.incidents.changes)
        return Directory(self.dynamodb, self._table, self.desk_id, default, along)

    def _clock_rules(self) -> SlaRules:
        return clock_rules(self.config.last_read())

"""Teams and their people as the single table knows them: turns, load, presence."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from functions.shared.contracts.words import DeskId, Slug
from functions.shared.domain.assignment import Roster
from functions.shared.domain.errors import StalePresence
from functions.shared.domain.presence import Presence, Standing
from functions.shared.gateways import keys
from functions.shared.gateways.items import Items
from functions.shared.gateways.shares import CHANGES, LAST, LOAD, PRESENCE, TURNS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Rosters:
    """Who is at work on one desk, and how much they have."""

    def __init__(self, client: "DynamoDBClient", table: str, desk: DeskId) -> None:
        self._client = client
        self._table = table
        self._desk = desk
        self._items = Items(client, table)

    def read(self, team: Slug, people: Sequence[Slug]) -> Roster:
        """The team's turns and how `people` stand, consistently and in one call for up to 99 people."""
        turns_key = keys.team(self._desk, team)
        places = {keys.person(self._desk, person): person for person in people}
        items = self._items.many([(turns_key, keys.ROTATION), *((place, keys.STANDING) for place in places)])
        turns = items.pop(turns_key, {})
        return Roster(
            turns=int(turns[TURNS]["N"]) if TURNS in turns else 0,
            last_turns={
                name.removeprefix(LAST): int(value["N"]) for name, value in turns.items() if name.startswith(LAST)
            },
            standings={places[place]: _standing(item) for place, item in items.items()},
        )

    def standings(self, people: Sequence[Slug]) -> Mapping[Slug, Standing]:
        """How each of `people` stands."""
        places = {keys.person(self._desk, person): person for person in people}
        items = self._items.many([(place, keys.STANDING) for place in places])
        return {person: _standing(items.get(place, {})) for place, person in places.items()}

    def say(self, person: Slug, presence: Presence) -> None:
        """Store what was said of a person's presence, in place of what was said before.

        Raises:
            StalePresence: somebody else said something meanwhile.
        """
        before = presence.changes - 1
        values = {":presence": {"S": presence.model_dump_json()}, ":changes": {"N": str(presence.changes)}}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": keys.person(self._desk, person)}, "sk": {"S": keys.STANDING}},
                UpdateExpression="SET #presence = :presence, #changes = :changes",
                ConditionExpression="#changes = :before" if before else "attribute_not_exists(#changes)",
                ExpressionAttributeNames={"#presence": PRESENCE, "#changes": CHANGES},
                ExpressionAttributeValues={**values, ":before": {"N": str(before)}} if before else values,
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise StalePresence(person) from error


def _standing(item: Mapping[str, Any]) -> Standing:
    presence = Presence.model_validate_json(item[PRESENCE]["S"]) if PRESENCE in item else Presence()
    return Standing(load=int(item[LOAD]["N"]) if LOAD in item else 0, presence=presence)

"""Teams and their people as the single table knows them: turns, load, presence."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from functions.shared.contracts.words import DeskId, Slug
from functions.shared.domain.assignment import Roster
from functions.shared.domain.errors import StalePresence
from functions.shared.domain.presence import Presence, Standing
from functions.shared.gateways import keys
from functions.shared.gateways.items import Along, Item, Items, Place
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
        self._ahead: Sequence[Along] = ()

    def ahead(self, team: Slug, people: Sequence[Slug]) -> Sequence[Along]:
        """What `read` will ask for, if it is asked for the same: whoever reads it along spares it its call."""
        self._ahead = [Along(place) for place in self._places(team, people)]
        return self._ahead

    def read(self, team: Slug, people: Sequence[Slug]) -> Roster:
        """The team's turns and how `people` stand, consistently and in one call for up to 99 people."""
        turns_place, *_ = wanted = self._places(team, people)
        ahead = self._read_ahead(wanted)
        items = self._items.many(wanted) if ahead is None else ahead
        turns = items.pop(turns_place[0], {})
        places = {keys.person(self._desk, person): person for person in people}
        return Roster(
            turns=int(turns[TURNS]["N"]) if TURNS in turns else 0,
            last_turns={
                name.removeprefix(LAST): int(value["N"]) for name, value in turns.items() if name.startswith(LAST)
            },
            standings={places[place]: _standing(item) for place, item in items.items()},
        )

    def _places(self, team: Slug, people: Sequence[Slug]) -> list[Place]:
        standings = [(keys.person(self._desk, person), keys.STANDING) for person in people]
        return [(keys.team(self._desk, team), keys.ROTATION), *standings]

    def _read_ahead(self, wanted: Sequence[Place]) -> dict[str, Item] | None:
        """The items of `wanted`, if just these were read along a moment ago."""
        ahead, self._ahead = self._ahead, ()
        if [one.place for one in ahead] != wanted:
            return None
        items = {one.place[0]: one.take() for one in ahead}
        return {pk: item for pk, item in items.items() if item} if None not in items.values() else None

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

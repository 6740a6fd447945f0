"""What tickets share, in the single table: people's load and presence, the turns of teams."""

from typing import Any, Final

from functions.shared.contracts.words import DeskId, Slug
from functions.shared.domain.shares import Shares, Take
from functions.shared.gateways import keys

LOAD: Final = "load"
CHANGES: Final = "presence_changes"
PRESENCE: Final = "presence"
TURNS: Final = "counter"
LAST: Final = "last:"
"""Before a person's id: the number of the last turn they were given."""


def writes(table: str, desk: DeskId, shares: Shares) -> list[dict[str, Any]]:
    """The updates that belong into the transaction of the change, at most one for each item."""
    take = shares.take
    people = dict.fromkeys([*shares.loads, *([take.person] if take else [])])
    updates = [_load(desk, person, shares.loads.get(person, 0), take) for person in people]
    updates += [_turn(desk, take)] if take else []
    return [{"Update": {"TableName": table, **update}} for update in updates]


def _load(desk: DeskId, person: Slug, by: int, take: Take | None) -> dict[str, Any]:
    update: dict[str, Any] = {
        "Key": {"pk": {"S": keys.person(desk, person)}, "sk": {"S": keys.STANDING}},
        "UpdateExpression": "ADD #load :by",
        "ExpressionAttributeNames": {"#load": LOAD},
        "ExpressionAttributeValues": {":by": {"N": str(by)}},
    }
    if take is None or take.person != person:
        return update
    conditions = ["#changes = :changes" if take.presence_changes else "attribute_not_exists(#changes)"]
    update["ExpressionAttributeNames"]["#changes"] = CHANGES
    if take.presence_changes:
        update["ExpressionAttributeValues"][":changes"] = {"N": str(take.presence_changes)}
    if take.most is not None:
        conditions.append("(attribute_not_exists(#load) OR #load <= :most)")
        update["ExpressionAttributeValues"][":most"] = {"N": str(take.most)}
    return {**update, "ConditionExpression": " AND ".join(conditions)}


def _turn(desk: DeskId, take: Take) -> dict[str, Any]:
    values = {":next": {"N": str(take.turn + 1)}}
    condition = "attribute_not_exists(#turns)"
    if take.turn:
        condition = "#turns = :turn"
        values[":turn"] = {"N": str(take.turn)}
    return {
        "Key": {"pk": {"S": keys.team(desk, take.team)}, "sk": {"S": keys.ROTATION}},
        "UpdateExpression": "SET #turns = :next, #last = :next",
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#turns": TURNS, "#last": f"{LAST}{take.person}"},
        "ExpressionAttributeValues": values,
    }

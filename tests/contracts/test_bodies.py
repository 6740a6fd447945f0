"""What is sent to an API is understood whole or refused: an unknown field is never passed over."""

from types import ModuleType

import pytest
from pydantic import BaseModel

from functions.desk import http as desk
from functions.intake import http as intake
from functions.kb import http as knowledge


def bodies(door: ModuleType) -> list[tuple[str, type[BaseModel]]]:
    """What each route of a door takes, by its method and path; documents without a model are left to their forms."""
    routes = door.app._static_routes + door.app._dynamic_routes
    return [
        (f"{route.method} {route.path}", body.type_)
        for route in routes
        for body in route.dependant.body_params
        if isinstance(body.type_, type) and issubclass(body.type_, BaseModel)
    ]


def takes_anything(body: type[BaseModel]) -> bool:
    """Whether a part of the body passes over fields that it does not know."""
    schema = body.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return any(part.get("additionalProperties") is not False for part in parts if "properties" in part)


@pytest.mark.parametrize("door", [desk, intake, knowledge])
def test_every_body_refuses_fields_that_it_does_not_know(door: ModuleType) -> None:
    taken = bodies(door)

    assert taken
    assert [route for route, body in taken if takes_anything(body)] == []

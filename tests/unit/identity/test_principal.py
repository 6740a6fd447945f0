"""What each kind of caller may do."""

import pytest
from pydantic import ValidationError

from functions.shared.contracts.events import Actor
from functions.shared.contracts.words import Role
from functions.shared.domain.errors import NotAllowed
from functions.shared.domain.saying import Saying
from functions.shared.identity.principal import Principal, PrincipalKind
from functions.shared.pages.languages import catalogue

TICKET, OTHER_TICKET = "tkt_7f3k92qd", "tkt_00000000"
CONTACT, OTHER_CONTACT = "con_7f3k92qd", "con_00000000"


def person(*roles: Role) -> Principal:
    return Principal(
        kind=PrincipalKind.PERSON,
        id="lin@example.com",
        name="lin@example.com",
        desk="after-sales",
        roles=frozenset(roles),
    )


def holder_of_ticket() -> Principal:
    return Principal(kind=PrincipalKind.CUSTOMER, id=TICKET, name="", desk="after-sales", ticket_id=TICKET)


def holder_of_contact() -> Principal:
    return Principal(kind=PrincipalKind.CUSTOMER, id=CONTACT, name="", desk="after-sales", contact_id=CONTACT)


def test_a_role_may_do_what_the_lesser_roles_may_and_no_more() -> None:
    for granted in Role:
        for needed in Role:
            assert person(granted).has(needed) == (list(Role).index(granted) >= list(Role).index(needed))


def test_the_most_powerful_of_several_roles_counts() -> None:
    assert person(Role.AGENT, Role.MANAGER, Role.LEAD).role is Role.MANAGER


@pytest.mark.parametrize("caller", [person(), holder_of_ticket(), holder_of_contact()])
def test_whoever_has_no_role_is_refused_what_needs_one(caller: Principal) -> None:
    assert not caller.is_staff
    with pytest.raises(NotAllowed):
        caller.require(Role.AGENT)


def test_a_role_that_suffices_passes() -> None:
    person(Role.LEAD).require(Role.AGENT)


def test_a_ticket_link_shows_that_ticket_only() -> None:
    caller = holder_of_ticket()

    assert caller.may_see_ticket(TICKET, CONTACT)
    assert not caller.may_see_ticket(OTHER_TICKET, CONTACT)


def test_a_contact_link_shows_the_tickets_of_that_contact_only() -> None:
    caller = holder_of_contact()

    assert caller.may_see_ticket(TICKET, CONTACT)
    assert not caller.may_see_ticket(TICKET, OTHER_CONTACT)
    assert not caller.may_see_ticket(TICKET, None)


def test_staff_see_every_ticket_and_a_person_without_role_sees_none() -> None:
    assert person(Role.AGENT).may_see_ticket(TICKET, CONTACT)
    assert not person().may_see_ticket(TICKET, CONTACT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "customer", "ticket_id": TICKET, "roles": ["admin"]},
        {"kind": "customer"},
        {"kind": "customer", "ticket_id": TICKET, "contact_id": CONTACT},
        {"kind": "person", "ticket_id": TICKET},
        {"kind": "customer", "ticket_id": TICKET, "teams": ["first-line"]},
    ],
)
def test_a_caller_cannot_hold_what_belongs_to_another_kind(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Principal.model_validate({"id": "x", "name": "x", "desk": "after-sales", **wrong})


def test_a_person_is_known_by_what_the_configuration_says_of_them() -> None:
    lin = person(Role.AGENT).known_as("lin", "林悦", ["first-line"])

    assert lin.actor() == Actor(kind="agent", id="lin", name="林悦")
    assert lin.teams == {"first-line"}
    assert lin.has(Role.AGENT)


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh", "需要团队主管角色。"), ("en", "This needs the role team lead.")]
)
def test_the_role_that_is_lacking_is_named_in_the_readers_language(language: str, sentence: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        person(Role.AGENT).require(Role.LEAD)

    assert isinstance(refused.value.about, Saying)
    assert catalogue(language).say(refused.value.about) == sentence
    assert all(f"role.{role}" in catalogue(language) for role in Role)

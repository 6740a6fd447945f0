from typing import Any
from uuid import uuid4

import pytest

from functions.desk.quarantine import QuarantineDoor
from functions.shared.contracts.words import Role
from functions.shared.domain.errors import HeldMailNotFound, IllegalTransition, NotAllowed
from functions.shared.domain.quarantine import Held, HeldList, HeldMail
from functions.shared.gateways import keys
from functions.shared.gateways.blobs import BlobNotFound
from functions.shared.held_mail import HeldMails
from functions.shared.identity.principal import Principal, PrincipalKind
from tests.factories import DESK, NOON
from tests.fakes import InMemoryBlobs


class Area(dict[str, HeldMail]):
    """Behaves like `Quarantine`."""

    def __init__(self) -> None:
        super().__init__()
        self.claims: dict[str, str] = {}

    def hold(self, mail: HeldMail) -> None:
        self[mail.id] = mail
        self.claims.pop(mail.id, None)

    def claim(self, mail: HeldMail) -> str:
        self.claims[mail.id] = uuid4().hex
        return self.claims[mail.id]

    def settle(self, mail: HeldMail, claim: str) -> bool:
        if self.claims.get(mail.id) != claim:
            return False
        self.hold(mail)
        return True

    def newest(self, limit: int = 50, *, to_look_at: bool = False, after: str = "") -> HeldList:
        waiting = sorted(
            (
                (keys.held(mail.received_at, mail.id), mail)
                for mail in self.values()
                if mail.standing == "held" and (mail.held.needs_a_look or not to_look_at)
            ),
            reverse=True,
        )
        found = [(at, mail) for at, mail in waiting if not after or at < after]
        more = found[limit - 1][0] if len(found) > limit else None
        return HeldList(tuple(mail for _, mail in found[:limit]), more)

    def find(self, mail_id: str) -> HeldMail:
        if mail_id not in self:
            raise HeldMailNotFound(mail_id)
        return self[mail_id]


class Arrived(list[tuple[str, str | None]]):
    def announce(self, mail: HeldMail, *, released_by: str | None = None) -> None:
        self.append((mail.id, released_by))


def _person(role: Role) -> Principal:
    return Principal(kind=PrincipalKind.PERSON, id="lin-feng", name="林峰", desk=DESK, roles=frozenset({role}))


LEAD = _person(Role.LEAD)


class Place:
    def __init__(self) -> None:
        self.area, self.arrived, self.raw = Area(), Arrived(), InMemoryBlobs()
        self.door = QuarantineDoor(HeldMails(quarantine=self.area, arrivals=self.arrived, raw=self.raw))

    def hold(self, held: Held = Held.BRAKE, **known: Any) -> HeldMail:
        given = {"id": "ses-1", "received_at": NOON, "held": held, "why": "too many", "raw_key": "ses-1"}
        mail = HeldMail.model_validate(given | known)
        self.area.hold(mail)
        self.raw.put(mail.raw_key, b"raw")
        return mail


@pytest.fixture
def place() -> Place:
    return Place()


def test_the_quarantine_is_for_leads(place: Place) -> None:
    mail = place.hold()

    assert place.door.newest(LEAD) == HeldList((mail,))
    assert "ses-1.eml" in place.door.raw_link(LEAD, "ses-1")
    agent = _person(Role.AGENT)
    for act in (place.door.look, place.door.raw_link, place.door.source):
        with pytest.raises(NotAllowed):
            act(agent, "ses-1")
    for change in (place.door.release, place.door.replay, place.door.delete):
        with pytest.raises(NotAllowed):
            change(agent, "ses-1", now=NOON)
    with pytest.raises(NotAllowed):
        place.door.newest(agent)


def test_a_released_mail_arrives_in_the_name_of_who_let_it_in(place: Place) -> None:
    place.hold()
    released = place.door.release(LEAD, "ses-1", now=NOON)

    assert (released.standing, released.settled_by, released.settled_at) == ("released", "lin-feng", NOON)
    assert place.arrived == [("ses-1", "lin-feng")]
    assert place.door.newest(LEAD) == HeldList(())


@pytest.mark.parametrize("act", ["release", "replay"])
def test_a_mail_that_is_held_anew_before_its_release_is_written_down_still_waits(
    place: Place, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    place.hold()
    monkeypatch.setattr(place.arrived, "announce", lambda *_, **__: place.hold(Held.SPAM))

    found = getattr(place.door, act)(LEAD, "ses-1", now=NOON)
    assert (found.standing, found.held) == ("held", "spam")
    assert place.door.newest(LEAD) == HeldList((found,))


def test_a_replayed_mail_arrives_in_nobodys_name(place: Place) -> None:
    place.hold()
    place.door.replay(LEAD, "ses-1", now=NOON)

    assert place.arrived == [("ses-1", None)]


@pytest.mark.parametrize("held", [Held.VIRUS, Held.OWN_MAIL])
def test_what_is_held_for_good_is_not_released(place: Place, held: Held) -> None:
    place.hold(held)

    with pytest.raises(IllegalTransition):
        place.door.release(LEAD, "ses-1", now=NOON)
    assert not place.arrived


def test_a_deleted_mail_is_gone_and_stays_gone(place: Place) -> None:
    place.hold(excerpt="a secret")
    place.door.delete(LEAD, "ses-1", now=NOON, why="an advertisement")

    assert place.door.source(LEAD, "ses-1") is None
    with pytest.raises(BlobNotFound):
        place.raw.get("ses-1")
    for change in (place.door.release, place.door.replay, place.door.delete):
        with pytest.raises(IllegalTransition):
            change(LEAD, "ses-1", now=NOON)
    gone = place.door.look(LEAD, "ses-1")
    assert (gone.settled_by, gone.settled_why, gone.excerpt) == ("lin-feng", "an advertisement", "")


def test_a_message_is_looked_at_as_text_that_cannot_play_tricks(place: Place) -> None:
    place.hold()
    place.raw.put("ses-1", b"Subject: x\r\n\r\n\xe2\x80\xaefdp.exe \xff\x00" + b"a" * 100_000)

    source = place.door.source(LEAD, "ses-1")
    assert source is not None
    assert source.startswith("Subject: x\n\n\ufffdfdp.exe \ufffd\ufffdaaa")
    assert len(source) < 20_000


def test_a_mail_let_out_keeps_its_raw_message(place: Place) -> None:
    place.hold()
    place.door.release(LEAD, "ses-1", now=NOON)

    with pytest.raises(IllegalTransition):
        place.door.delete(LEAD, "ses-1", now=NOON)
    assert place.raw.get("ses-1") == b"raw"


def test_an_unknown_mail_is_not_found(place: Place) -> None:
    with pytest.raises(HeldMailNotFound):
        place.door.look(LEAD, "ses-9")

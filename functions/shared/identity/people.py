"""People of the desk as its configuration knows them."""

from functions.shared.domain.config import DeskConfig
from functions.shared.domain.errors import NotAllowed
from functions.shared.domain.saying import Saying
from functions.shared.identity.principal import Principal


def as_configured(person: Principal, config: DeskConfig) -> Principal:
    """The same person under the id, name and teams that the configuration gives them.

    Raises:
        NotAllowed: the configuration does not know them.
    """
    found = config.person_with_email(person.email or "")
    if found is None:
        raise NotAllowed(Saying.of("reason.not_of_this_desk"))
    return person.known_as(found.id, found.name, found.teams)

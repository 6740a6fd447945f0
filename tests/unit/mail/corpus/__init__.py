"""Mails written for this project, as the world's clients and machines write them, with what is to be read in each."""

from tests.unit.mail.corpus.chinese import CHINESE
from tests.unit.mail.corpus.machines import MACHINES
from tests.unit.mail.corpus.malformed import MALFORMED
from tests.unit.mail.corpus.source import Case
from tests.unit.mail.corpus.world import WORLD

CORPUS: list[Case] = [*CHINESE, *MACHINES, *MALFORMED, *WORLD]

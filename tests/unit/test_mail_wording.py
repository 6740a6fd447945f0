import pytest

from functions.notifier.letters import values_of
from functions.notifier.plan import Kind, Notice
from functions.shared.contracts.words import Language
from functions.shared.domain.config import MailTemplate
from functions.shared.domain.document import Bilingual
from functions.shared.domain.mail_wording import KINDS, VALUES, faults
from tests.factories import default_config, make_opened, make_ticket


def _template(body: str, subject: str = "[{{ reference }}] {{ title }}") -> MailTemplate:
    return MailTemplate(subject=Bilingual(zh=subject, en=subject), body=Bilingual(zh="好", en=body))


def test_every_mail_may_be_worded_and_every_value_named() -> None:
    notice = Notice(Kind.ACKNOWLEDGEMENT, "wang@acme.example", "王芳", Language.ZH)
    assert set(Kind) == KINDS
    assert values_of(notice, make_opened(), make_ticket(), default_config(), "").keys() == VALUES.keys()


@pytest.mark.parametrize(
    "body",
    [
        "Hello {{ name or 'there' }}, {% if missing %}please tell {{ missing | join(', ') }}{% endif %}",
        "{{ excerpt | quoted }}\n{% for one in missing %}- {{ one }}\n{% endfor %}\nBye",
    ],
)
def test_a_wording_that_can_be_written_has_no_fault(body: str) -> None:
    assert list(faults({"acknowledgement": _template(body)})) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("{{ nmae }}", "nothing is called nmae"),
        ("{% if name %}", "cannot be written"),
        ("{{ name.__class__.__mro__ }}", "cannot be written"),
        ("{{ cycler.__init__.__globals__ }}", "cannot be written"),
        ("{{ 'a' * 1000000000 }}", "no calls, products"),
        ("{% for one in range(100000) %}x{% endfor %}", "no calls, products"),
        ("{% include 'layout.html' %}", "no calls, products"),
        ("{{ level / 0 }}", "cannot be written"),
        ("{{ name | nothing }}", "cannot be written"),
        ("{% if is_vip %}Dear VIP{% endif %}", "says nothing"),
    ],
)
def test_what_cannot_be_written_is_refused_at_its_place(body: str, fault: str) -> None:
    ((place, message),) = faults({"acknowledgement": _template(body)})

    assert place == ("acknowledgement", "body", "en")
    assert fault in message


def test_a_mail_that_the_desk_never_writes_is_refused() -> None:
    ((place, message),) = faults({"greeting": _template("Hello")})

    assert place == ("greeting",)
    assert 'no mail is called "greeting"' in message

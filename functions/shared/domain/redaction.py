"""What names a person or a company, taken out of text that others will read.

Everything found is replaced by a placeholder in the language of the text. The eye sees the original; the patterns see a
shadow of equal length in which full-width digits and letters, exotic dashes and spaces are plain ASCII. A draft is read
by a person before it is published, so where in doubt a passage goes: a lost order number is restored in a second,
a published telephone number never.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from ipaddress import ip_address
from typing import NamedTuple

from functions.shared.domain.names import company_spellings, person_spellings


class Private(StrEnum):
    """The kinds of passage that are taken out."""

    EMAIL = "email"
    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    HANDLE = "handle"
    SECRET = "secret"
    IP_ADDRESS = "ip_address"
    PERSON = "person"
    COMPANY = "company"


PLACEHOLDERS: dict[str, dict[Private, str]] = {
    "zh": {
        Private.EMAIL: "[邮箱]",
        Private.PHONE: "[电话]",
        Private.ID_CARD: "[证件号]",
        Private.BANK_CARD: "[银行卡号]",
        Private.HANDLE: "[账号]",
        Private.SECRET: "[密钥]",
        Private.IP_ADDRESS: "[IP 地址]",
        Private.PERSON: "[姓名]",
        Private.COMPANY: "[公司]",
    },
    "en": {
        Private.EMAIL: "[e-mail]",
        Private.PHONE: "[phone]",
        Private.ID_CARD: "[ID number]",
        Private.BANK_CARD: "[card number]",
        Private.HANDLE: "[account]",
        Private.SECRET: "[secret]",
        Private.IP_ADDRESS: "[IP address]",
        Private.PERSON: "[name]",
        Private.COMPANY: "[company]",
    },
}
_ANY_PLACEHOLDER = re.compile("|".join(re.escape(p) for kinds in PLACEHOLDERS.values() for p in kinds.values()))

_SHADOW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SHADOW |= dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000"), ord(" "))
_SHADOW |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), ord("-"))
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class _Finder(NamedTuple):
    kind: Private
    pattern: re.Pattern[str]
    accept: Callable[[str], bool] = lambda _found: True


def _passes_luhn(found: str) -> bool:
    digits = [int(c) for c in found if c.isdecimal()]
    doubled = (d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_card(found: str) -> bool:
    """Luhn, or written in groups of four as only cards are."""
    return _passes_luhn(found) or re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{3,7}", found) is not None


def _is_public_address(found: str) -> bool:
    """Whether it leads to somebody; `127.0.0.1` and `192.168.0.1` are everyone's, and part of many an answer."""
    try:
        return ip_address(found).is_global
    except ValueError:
        return False


def _has_digit(found: str) -> bool:
    return any(c.isdigit() for c in found)


# Order matters: a card number contains what looks like a telephone number.
_FINDERS = (
    _Finder(
        Private.EMAIL,
        re.compile(r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]++@(?:[A-Za-z0-9-]++\.)+[A-Za-z][A-Za-z0-9-]*"),
    ),
    _Finder(Private.EMAIL, re.compile(r"(?<![\w.+-])[\w.+-]++@(?:[\w-]++\.)+[\w-]++")),
    _Finder(
        Private.SECRET,
        re.compile(
            r"(?:(?<![a-z])(?:pass(?:word|wd|phrase)?|pwd|pin|secret|token|(?:access|api|secret)[ _-]?key)"
            r"|密码|口令|密钥|令牌|验证码)\s{0,3}(?:[:=]|是|为|is\b)\s{0,3}(?P<private>[\x21-\x7e]{4,})",
            re.IGNORECASE,
        ),
        _has_digit,
    ),
    _Finder(Private.SECRET, re.compile(r"(?<![\w-])bearer\s+(?P<private>[\w.~+/-]{12,}=*)", re.IGNORECASE)),
    _Finder(
        Private.ID_CARD,
        re.compile(
            r"(?<![\dA-Za-z])[1-9]\d{5}(?:(?:19|20)\d\d)?(?:\d\d)??(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
            r"[\dXx]?(?![\dA-Za-z])"
        ),
        lambda found: len(found) in (15, 18),
    ),
    _Finder(Private.BANK_CARD, re.compile(r"(?<!\d)(?<!\d[.-])\d(?:[ -]?\d){12,18}(?!\d|-\d)"), _is_card),
    _Finder(
        Private.HANDLE,
        re.compile(
            r"(?:(?<![A-Za-z])(?:QQ|WeChat|Weixin|WhatsApp|Telegram|Skype)(?:\s?(?:id|no\.?|number))?|微信号?|企业微信号?)"
            r"(?:号码?)?\s{0,3}[:#]\s{0,3}(?P<private>[A-Za-z0-9_+.-]{4,40})",
            re.IGNORECASE,
        ),
    ),
    _Finder(
        Private.PHONE,
        re.compile(
            r"(?:电话|手机|座机|传真|热线|分机|致电|联系方式|(?<![a-z])(?:tel|telephone|phone|mobile|cell|fax|call|ext))"
            r"(?:号码?|\s?no\.|\.)?\s{0,3}[:是为]?\s{0,3}(?P<private>\+?\(?\d(?:[ ().-]{0,2}\d){4,16})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    _Finder(Private.PHONE, re.compile(r"(?<!\d)(?<!\d\.)(?:\+|00)[1-9](?:[ ().-]{0,2}\d){6,13}(?!\d)")),
    _Finder(Private.PHONE, re.compile(r"(?<!\d)(?<!\d[.-])(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d|-\d)")),
    _Finder(Private.PHONE, re.compile(r"(?<!\d)(?<!\d[.-])(?:86[ -]?)?1[3-9]\d[ -]\d{3}[ -]?\d{5}(?!\d|-\d)")),
    _Finder(
        Private.PHONE,
        re.compile(
            r"(?<!\d)(?<!\d[.-])\(?0[1-9]\d{0,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?:(?:-|转|\s?ext\.?\s?)\d{1,6})?(?!\d)", re.I
        ),
    ),
    _Finder(
        Private.PHONE, re.compile(r"(?<!\d)(?<!\d[.-])[48]00(?:[ -]?\d{3}[ -]?\d{4}|[ -]\d{4}[ -]\d{3})(?!\d|-\d)")
    ),
    _Finder(Private.PHONE, re.compile(r"(?<!\d)(?<!\d[.-])\(?[2-9]\d\d\)?[ .-]{1,2}\d{3}[ .-]\d{4}(?!\d|-\d)")),
    _Finder(
        Private.IP_ADDRESS, re.compile(r"(?<![\w.])(?<!v )\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)"), _is_public_address
    ),
    _Finder(
        Private.IP_ADDRESS,
        re.compile(r"(?<![\w:])[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}(?:::)?(?![\w:])", re.IGNORECASE),
        _is_public_address,
    ),
)


def redact(text: str, *, language: str, people: Iterable[str] = (), companies: Iterable[str] = ()) -> str:
    """Return `text` with placeholders of `language` in place of what identifies someone.

    Args:
        text: As a customer or an agent wrote it.
        language: Whose placeholders to use; an unknown language gets the English ones.
        people: Names that must not appear: the contact's, the agents'.
        companies: Likewise of companies; short forms without place and legal form are found too.
    """
    placeholders = PLACEHOLDERS.get(language, PLACEHOLDERS["en"])
    finders = (*_FINDERS, *_name_finders(people, companies))
    text = _INVISIBLE.sub("", text)
    # A replacement changes what stands beside its neighbours, so look again until nothing is found. Each round
    # that changes anything turns at least one character into a placeholder, and placeholders are never looked at.
    while (cleaner := _redact_once(text, finders, placeholders)) != text:
        text = cleaner
    return text


def _redact_once(text: str, finders: Iterable[_Finder], placeholders: dict[Private, str]) -> str:
    for finder in finders:
        placeholder = placeholders[finder.kind]
        text = "".join(
            piece if is_placeholder else _replace(piece, finder, placeholder) for piece, is_placeholder in _pieces(text)
        )
    return text


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for found in _ANY_PLACEHOLDER.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def _replace(piece: str, finder: _Finder, placeholder: str) -> str:
    shadow = piece.translate(_SHADOW)
    group = "private" if "private" in finder.pattern.groupindex else 0
    kept, end = [], 0
    for found in finder.pattern.finditer(shadow):
        if finder.accept(found[group]):
            kept += [piece[end : found.start(group)], placeholder]
            end = found.end(group)
    return "".join([*kept, piece[end:]])


def _name_finders(people: Iterable[str], companies: Iterable[str]) -> Iterator[_Finder]:
    """Longest spelling first, so that the full name is one placeholder and not several."""
    spellings = [(Private.COMPANY, s) for name in companies for s in company_spellings(name.translate(_SHADOW))]
    spellings += [(Private.PERSON, s) for name in people for s in person_spellings(name.translate(_SHADOW))]
    for kind, spelling in sorted(set(spellings), key=lambda pair: (-len(pair[1].pattern), pair[1].pattern)):
        yield _Finder(kind, spelling)

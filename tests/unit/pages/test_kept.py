"""Reasons that are kept in English are read in the reader's language."""

import re

import pytest

from functions.shared.domain.saying import Saying
from functions.shared.pages.kept import in_english, reason_of, told
from functions.shared.pages.languages import catalogue

EN, ZH = catalogue("en"), catalogue("zh")
REASONS = sorted(key for key in EN if key.startswith("kept."))


@pytest.mark.parametrize("key", REASONS)
def test_every_reason_is_known_again_by_the_words_under_which_it_is_kept(key: str) -> None:
    values: dict[str, object] = {name: f"{name} (3h)" for name in re.findall(r"\{(\w+)\}", EN.text(key))}
    if "objection" in values:
        values["objection"] = Saying.of("objection.too_many", bound="10")
    reason = Saying(key, values)

    assert reason_of(in_english(reason)) == reason
    assert told(in_english(reason), EN) == in_english(reason)
    assert told(in_english(reason), ZH) == ZH.say(reason) != in_english(reason)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("more than 10 automatic answers to one address within 3h", "3h 内发往同一邮箱的自动答复已达 10 封，不再发送"),
        ("not an address: 'a\\nb'", "不是邮箱地址：'a\\nb'"),
        ("the payload is not JSON", "内容不是 JSON"),
        ("files: At most 10.", "files：最多 10 项。"),
        ("text: Please fill this in.", "text：请填写此项。"),
        ("files: Tuple should have at most 10 items after validation, not 300",) * 2,
        ("Email address is not verified",) * 2,
        ("machine: header Precedence",) * 2,
        ("",) * 2,
    ],
)
def test_what_was_kept_before_is_read_as_well_as_it_can_be(kept: str, read: str) -> None:
    assert told(kept, ZH) == read

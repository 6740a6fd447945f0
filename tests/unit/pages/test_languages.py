import json
import re
import string

import pytest

from functions.shared.contracts.words import Language
from functions.shared.pages.languages import LANGUAGES, LOCALES, catalogue, negotiate
from functions.shared.pages.rendering import FUNCTIONS

PLURALS = re.compile(r"\.(zero|one|two|few|many|other)$")
USED = re.compile(r"""\bt\(\s*["']([a-z0-9_.]+)["']\s*[,)]""")
COMPUTED = re.compile(r"""\bt\(\s*["']([a-z0-9_.]+)\.["']\s*~""")


def texts(language: str) -> dict[str, set[str]]:
    """By key, whatever its counted forms, the names of the values it takes."""
    words: dict[str, set[str]] = {}
    for key in catalogue(language):
        text = catalogue(language).text(key)
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
        words.setdefault(PLURALS.sub("", key), set()).update(fields)
    return words


def test_the_desk_speaks_every_language_that_has_a_catalogue():
    assert set(LANGUAGES) == set(Language)


def test_each_catalogue_says_everything_the_others_say():
    reference = texts("en")
    for language in LANGUAGES:
        assert texts(language).keys() == reference.keys(), language


def test_translations_take_the_same_values():
    reference = texts("en")
    for language in LANGUAGES:
        differing = {key for key, fields in texts(language).items() if fields - {"n"} != reference[key] - {"n"}}
        assert not differing - {"time.date_clock", "time.date_year_clock"}, language


def test_no_key_is_written_twice():
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), keys
        return dict(pairs)

    for language in LANGUAGES:
        json.loads((LOCALES / f"{language}.json").read_text("utf-8"), object_pairs_hook=unique)


@pytest.mark.parametrize("path", sorted(FUNCTIONS.rglob("pages/*.html")), ids=lambda path: path.name)
def test_every_text_a_template_asks_for_exists(path):
    source = path.read_text("utf-8")
    words = catalogue("en")
    assert not {key for key in USED.findall(source) if key not in words}
    prefixes = {f"{prefix}." for prefix in COMPUTED.findall(source)}
    assert not {prefix for prefix in prefixes if not any(key.startswith(prefix) for key in words)}


@pytest.mark.parametrize(
    ("wishes", "accept_language", "expected"),
    [
        (["zh", None], "en-GB,en;q=0.9", "zh"),
        ([None, "zh"], "en", "zh"),
        (["xx", "../en"], "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ([None, None], "fr-FR, en;q=0.4, zh;q=0.6", "zh"),
        ([None, None], "zh;q=0, en;q=0.1", "en"),
        ([None, None], "de, ja", "en"),
        ([], "zh-Hant-TW", "zh"),
        ([], "q=;;,,*;q=9", "en"),
        ([], None, "en"),
    ],
)
def test_the_language_is_the_wish_then_the_browsers_best(wishes, accept_language, expected):
    assert negotiate(wishes, accept_language) == expected


def test_a_counted_text_knows_singular_and_plural():
    assert catalogue("en").text("form.wrong", n=1) == "One thing needs another look:"
    assert catalogue("en").text("form.wrong", n=2) == "2 things need another look:"
    assert catalogue("zh").text("form.wrong", n=1) == "有 1 处需要再看一下："

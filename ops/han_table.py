"""Writes the table by which Chinese is folded, from OpenCC's dictionaries: `python -m ops.han_table`.

A rule or a search compares letters, so what OpenCC tells apart by context (乾 may be 干 or 乾) is made one here: every
character stands for its simplified form, and for the first one that is not itself. Where one word is written with
either of two simplified characters, those are one as well.
"""

from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parents[1] / "functions" / "shared" / "domain" / "han.py"

_VARIANTS: Final = ("TWVariants", "HKVariants")
_WRITTEN_EITHER_WAY: Final = (
    "帐账 画划 黏粘 炼链 馀余 姊姐 妳你 牠它 搾榨 暱昵 讬托 谘咨 钜巨 锺钟 缐线 麺面 揹背 舖铺 拏拿 餬糊 麹曲"
)
"""Characters that OpenCC keeps apart and people do not, with the one they are compared as: 帳單 is 账单, 帳篷 帐篷."""

_ACROSS: Final = 50

_HEAD: Final = '''"""Traditional Chinese characters and variants, and the simplified ones they are compared as.

Written by `python -m ops.han_table` from the dictionaries of OpenCC (Apache License 2.0): not to be edited.
"""

from typing import Final

'''


def simplified() -> dict[str, str]:
    """Every character that is compared as another one."""
    table = {}
    for character, candidates in _dictionary("TSCharacters"):
        table[character] = next(one for one in candidates if one != character)
    for name in _VARIANTS:
        for character, variants in _dictionary(name):
            for variant in variants:
                if _end(variant, table) != _end(character, table):
                    table[_end(variant, table)] = _end(character, table)
    for character, usual in map(tuple, _WRITTEN_EITHER_WAY.split()):
        if _end(character, table) != _end(usual, table):
            table[_end(character, table)] = _end(usual, table)
    return {character: _end(character, table) for character in sorted(table)}


def source() -> str:
    """The module that holds the table."""
    table = simplified()
    return (
        f"{_HEAD}TRADITIONAL: Final = (\n{_lines(table)})\n\nSIMPLIFIED: Final = (\n{_lines(table.values())})\n\n"
        "TO_SIMPLIFIED: Final = str.maketrans(TRADITIONAL, SIMPLIFIED)\n"
    )


def _end(character: str, table: dict[str, str]) -> str:
    while character in table:
        character = table[character]
    return character


def _lines(characters: Iterable[str]) -> str:
    text = "".join(characters)
    return "".join(f'    "{text[start : start + _ACROSS]}"\n' for start in range(0, len(text), _ACROSS))


def _dictionary(name: str) -> Iterator[tuple[str, list[str]]]:
    text = resources.files("opencc").joinpath("dictionary", f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        character, _, candidates = line.partition("\t")
        if len(character) == 1 and candidates:
            yield character, candidates.split()


if __name__ == "__main__":
    TABLE.write_text(source(), encoding="utf-8")

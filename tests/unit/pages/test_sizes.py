"""How large files are, as people read it."""

import pytest

from functions.shared.pages.languages import LANGUAGES, catalogue
from functions.shared.pages.sizes import file_size


@pytest.mark.parametrize(
    ("size", "en", "zh"),
    [
        (0, "0 bytes", "0 字节"),
        (1, "1 byte", "1 字节"),
        (31, "31 bytes", "31 字节"),
        (999, "999 bytes", "999 字节"),
        (1000, "1 KB", "1 KB"),
        (1250, "1.2 KB", "1.2 KB"),
        (9_960, "10 KB", "10 KB"),
        (999_499, "999 KB", "999 KB"),
        (999_500, "1 MB", "1 MB"),
        (25_000_000, "25 MB", "25 MB"),
        (12_345_678_901_234, "12346 GB", "12346 GB"),
    ],
)
def test_a_size_reads_naturally_in_both_languages(size: int, en: str, zh: str) -> None:
    assert (file_size(size, catalogue("en")), file_size(size, catalogue("zh"))) == (en, zh)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_larger_file_never_reads_as_a_smaller_unit(language: str) -> None:
    units = [file_size(10**power, catalogue(language)).split()[1] for power in range(1, 12)]
    assert units == sorted(units, key=units.index)

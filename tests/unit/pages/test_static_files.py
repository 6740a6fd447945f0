import pytest

from functions.shared.pages.static_files import PARTS, STYLES, static_file, static_url


def test_a_file_is_served_with_its_type_and_content_hash():
    found = static_file("aftercare.css")

    assert found is not None
    assert found.content_type == "text/css; charset=utf-8"
    assert found.etag == f'"{found.digest}"'


def test_only_the_versioned_address_is_kept_for_ever():
    found = static_file("aftercare.css")

    assert found is not None
    assert static_url("aftercare.css") == f"/static/aftercare.css?v={found.digest}"
    assert "immutable" in found.cache_control(found.digest)
    assert found.cache_control("older") == "public, no-cache"
    assert found.cache_control(None) == "public, no-cache"


def test_the_style_sheet_is_all_its_parts():
    found = static_file("aftercare.css")

    assert found is not None
    assert sorted(PARTS) == sorted(path.stem for path in STYLES.iterdir())
    assert all((STYLES / f"{part}.css").read_bytes() in found.content for part in PARTS)
    assert static_file("../styles/rules.css") is None


@pytest.mark.parametrize(
    "name",
    [
        "../rendering.py", "../locales/en.json", "/etc/passwd", "../../../../etc/passwd", "..", "", ".",
        "vendor/../../rendering.py", "missing.css", "a\0.css", "vendor/../../../../../etc/hosts.txt",
    ],
)  # fmt: skip
def test_nothing_outside_is_served(name):
    assert static_file(name) is None


def test_a_missing_file_has_no_address():
    with pytest.raises(LookupError, match=r"missing\.css"):
        static_url("missing.css")

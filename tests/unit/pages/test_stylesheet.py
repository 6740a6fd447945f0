"""The style sheet's colours are readable: WCAG 2.2 AA, 4.5:1 for text and 3:1 for what surrounds controls."""

import re

import pytest

from functions.shared.pages.static_files import PARTS, STYLES

SHEET = "\n".join((STYLES / f"{part}.css").read_text("utf-8") for part in PARTS)
TOKEN = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")
LIGHT, DARK = (dict(TOKEN.findall(part)) for part in SHEET.split("prefers-color-scheme: dark")[:2])

READ_ON = {
    "canvas": ["text", "muted", "link"],
    "surface": ["text", "muted", "link", "bad", "warn", "good", "info"],
    "raised": ["text", "muted", "link"],
    "accent": ["on-accent"],
    "accent-soft": ["text", "muted", "link"],
    "bad-soft": ["bad"],
    "warn-soft": ["text", "warn"],
    "good-soft": ["good"],
    "info-soft": ["info"],
    "p0": ["on-p0"],
}


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(scheme):
    for ground, texts in READ_ON.items():
        for text in texts:
            assert contrast(scheme[ground], scheme[text]) >= 4.5, f"{text} on {ground}"


@pytest.mark.parametrize("scheme", [LIGHT, {**LIGHT, **DARK}], ids=["light", "dark"])
def test_the_focus_ring_stands_out(scheme):
    for ground in ("canvas", "surface", "raised"):
        assert contrast(scheme[ground], scheme["accent"]) >= 3, ground


def test_every_token_used_is_defined():
    used = set(re.findall(r"var\(--([a-z0-9-]+)[),]", SHEET))
    assert used - {"ground"} <= set(re.findall(r"--([a-z0-9-]+):", SHEET))

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from functions.shared.pages.forms import EMPTY, Form
from functions.shared.pages.languages import LANGUAGES, catalogue
from functions.shared.pages.rendering import FUNCTIONS, environment, render, security_headers

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


def component(name: str, *args: object, form: Form = EMPTY, **options: object) -> str:
    """What the component called `name` shows in English."""
    words = catalogue("en")
    module = environment().get_template("shared/pages/components.html").make_module({"t": words.text, "form": form})
    return str(getattr(module, name)(*args, **options))


def test_what_customers_write_is_escaped():
    page = component("field", "title", "Title", form=Form.of(title='"><script>alert(1)</script>'))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_wrong_field_is_tied_to_its_error():
    form = Form.of({"title": "Please fill this in."}, title="")

    page = component("field", "title", "Title", hint="Short", required=True, form=form)

    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="title-hint title-error"' in page
    assert 'id="title-error"' in page


def test_every_page_forbids_inline_code_and_foreign_origins():
    policy = security_headers()["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy


def test_only_named_origins_may_be_uploaded_to():
    policy = security_headers(upload_to=["https://blobs.example"])["Content-Security-Policy"]

    assert "connect-src 'self' https://blobs.example;" in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_layouts_say_their_language(language):
    for layout in ("portal", "console"):
        principal = SimpleNamespace(name="Lin Yue", has=lambda role: role == "lead")
        page = render(f"shared/pages/{layout}.html", language, principal, now=NOW, path="/desk", csrf_token="t0k")
        assert f'<html lang="{language}' in page


def test_no_template_holds_inline_style_script_or_event_attribute():
    for name in environment().list_templates(filter_func=re.compile(r".*/pages/[^/]+\.html").fullmatch):
        source = (FUNCTIONS / name).read_text("utf-8")
        for forbidden in (" style=", "<style", "onclick=", "onsubmit=", "onload=", "hx-on", "javascript:"):
            assert forbidden not in source, f"{forbidden} in {name}"
        assert "<script>" not in source, name

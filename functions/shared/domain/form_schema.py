"""A form as JSON Schema 2020-12, so that clients check what the server will check.

Both accept the same answers. The server is stricter in two things that a schema cannot say: dates must exist, and a
text must leave a mark. It is kinder in one: null and blank answers count as not given, where the schema wants them
left out.
"""

from collections.abc import Iterable
from typing import Any, Final

from functions.shared.contracts.words import Channel, Language
from functions.shared.domain.form import Form
from functions.shared.domain.form_conditions import ALWAYS, NEVER, Test, some
from functions.shared.domain.form_fields import PATTERNS, FieldKind, FormField

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_LONGEST_FILE_ID: Final = 1024


def json_schema(form: Form, *, channel: Channel | None = None, language: Language = Language.EN) -> dict[str, Any]:
    """The schema of the answers that `form` takes on `channel`, with titles in `language`."""
    tests = {field.id: form.tests(field, channel=channel) for field in form.fields}
    asked = [field for field in form.fields if tests[field.id].shown != NEVER]
    rules: list[dict[str, Any]] = []
    for field in asked:
        shown, required, limits = tests[field.id].shown, tests[field.id].required, tests[field.id].limits
        if shown != ALWAYS:
            rules.append({"if": _schema(shown, form), "else": {"properties": {field.id: False}}})
        if required not in (ALWAYS, NEVER):
            rules.append(_when(required, form, _answered(field)))
        rules += [_when(test, form, {"properties": {field.id: _only(field, to)}}) for test, to in limits]
    for group in form.at_least_one:
        alternatives = [field for field in asked if field.id in group]
        if alternatives:
            test = some(*(tests[field.id].shown for field in alternatives))
            rules.append(_when(test, form, {"anyOf": [_answered(field) for field in alternatives]}))
    return {
        "$schema": DIALECT,
        "title": form.name.in_language(language),
        "type": "object",
        "properties": {
            field.id: _property(field, language, is_required=tests[field.id].required == ALWAYS) for field in asked
        },
        "additionalProperties": False,
        "required": [field.id for field in asked if tests[field.id].required == ALWAYS],
        **({"allOf": rules} if rules else {}),
    }


def _property(field: FormField, language: Language, *, is_required: bool) -> dict[str, Any]:
    words = {"title": field.label.in_language(language)}
    if field.help:
        words["description"] = field.help.in_language(language)
    return {**words, "x-kind": str(field.kind), **_shape(field, language, is_required=is_required)}


def _shape(field: FormField, language: Language, *, is_required: bool) -> dict[str, Any]:
    match field.kind:
        case FieldKind.CHOICE:
            return _choices(field, language)
        case FieldKind.MULTI_CHOICE:
            return _list(field, _choices(field, language), is_required=is_required)
        case FieldKind.FILE:
            item = {"type": "string", "minLength": 1, "maxLength": _LONGEST_FILE_ID}
            return _list(field, item, is_required=is_required)
        case FieldKind.NUMBER:
            bounds = {"minimum": field.minimum, "maximum": field.maximum}
            return {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}
        case FieldKind.YES_NO:
            return {"type": "boolean"}
        case _:
            pattern = PATTERNS.get(field.kind, r"\S" if is_required else None)
            return {"type": "string", "maxLength": field.longest, **({"pattern": pattern} if pattern else {})}


def _choices(field: FormField, language: Language) -> dict[str, Any]:
    if not field.choices:
        return {"enum": []}
    return {"oneOf": [{"const": one.value, "title": one.label.in_language(language)} for one in field.choices]}


def _list(field: FormField, item: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    least = {"minItems": 1} if is_required else {}
    return {"type": "array", "items": item, "maxItems": field.max_items, "uniqueItems": True, **least}


def _only(field: FormField, values: Iterable[str]) -> dict[str, Any]:
    """The field's answer within `values`."""
    allowed = {"enum": list(values)}
    return {"items": allowed} if field.kind.is_list else allowed


def _answered(field: FormField) -> dict[str, Any]:
    """That the field is answered, with something that can be seen."""
    if field.kind.is_list:
        return {"required": [field.id], "properties": {field.id: {"minItems": 1}}}
    if field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT):
        return {"required": [field.id], "properties": {field.id: {"pattern": r"\S"}}}
    return {"required": [field.id]}


def _when(test: Test, form: Form, then: dict[str, Any]) -> dict[str, Any]:
    return then if test == ALWAYS else {"if": _schema(test, form), "then": then}


def _schema(test: Test, form: Form) -> dict[str, Any]:
    """The schema that answers fulfil when `test` holds of them."""
    match test:
        case {"all": parts}:
            return {"allOf": [_schema(part, form) for part in parts]}
        case {"any": parts}:
            return {"anyOf": [_schema(part, form) for part in parts]}
        case {"not": part}:
            return {"not": _schema(part, form)}
    name = test["field"]
    field = form.field(name)
    match test:
        case {"in": values}:
            wanted: dict[str, Any] = {"enum": list(values)}
            if field and field.kind.is_list:
                wanted = {"contains": wanted}
        case {"min": least}:
            wanted = {"minimum": least}
        case {"max": most}:
            wanted = {"maximum": most}
        case _:
            return _answered(field) if field else {"required": [name]}
    return {"required": [name], "properties": {name: wanted}}

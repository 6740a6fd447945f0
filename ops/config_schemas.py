"""The JSON Schemas of the configuration files, made from the models; editors check files against them while typing."""

import json
from pathlib import Path

from pydantic import TypeAdapter

from ops.configuration import SECTIONS

FOLDER = "schema"


def schemas() -> dict[str, str]:
    """The text of every schema file, by name."""
    return {f"{section}.json": _text(section) for section in SECTIONS}


def write_schemas(root: Path) -> list[Path]:
    """Bring the schemas below the configuration folder `root` up to date; returns the files that changed."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    changed = []
    for name, text in schemas().items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            changed.append(path)
    return changed


def _text(section: str) -> str:
    schema = TypeAdapter(SECTIONS[section]).json_schema()
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"Aftercare: {section}"}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

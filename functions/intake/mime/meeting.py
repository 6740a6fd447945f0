"""What an invitation says, for a mail that says nothing else: subject, time, place and description of its event."""

import re

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(
    r"^(?P<name>[A-Z-]{1,40})(?P<parameters>(?:;[^:\r\n]{0,400})?):(?P<value>.*)$", re.IGNORECASE | re.MULTILINE
)
_EVENT = re.compile(r"^BEGIN:VEVENT\s*$(.*?)^END:VEVENT", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$")
_ZONE = re.compile(r"TZID=\"?([^;:\"]{1,100})", re.IGNORECASE)
_ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


def meeting_text(calendar: str) -> str:
    """The first event of an iCalendar document in words; empty where there is none."""
    event = _EVENT.search(_FOLD.sub("", calendar))
    if event is None:
        return ""
    fields: dict[str, tuple[str, str]] = {}
    for line in _LINE.finditer(event[1]):
        fields.setdefault(line["name"].upper(), (line["parameters"], line["value"].strip()))
    times = [_time(*fields[name]) for name in ("DTSTART", "DTEND") if name in fields]
    lines = [_plain(fields, "SUMMARY"), " – ".join(times), _plain(fields, "LOCATION"), _organiser(fields)]
    head = "\n".join(line for line in lines if line)
    return "\n\n".join(part for part in (head, _plain(fields, "DESCRIPTION").strip()) if part)


def _plain(fields: dict[str, tuple[str, str]], name: str) -> str:
    value = fields.get(name, ("", ""))[1]
    return re.sub(r"\\[nN,;\\]", lambda escape: _ESCAPES[escape[0]], value)


def _organiser(fields: dict[str, tuple[str, str]]) -> str:
    return re.sub(r"^mailto:", "", fields.get("ORGANIZER", ("", ""))[1], flags=re.IGNORECASE)


def _time(parameters: str, value: str) -> str:
    found = _TIME.match(value)
    if found is None:
        return value
    year, month, day, hour, minute, utc = found.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    zone = _ZONE.search(parameters)
    return " ".join(part for part in (date, f"{hour}:{minute}", "UTC" if utc else zone[1] if zone else "") if part)

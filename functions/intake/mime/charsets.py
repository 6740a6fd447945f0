"""Bytes to text as mail clients mean it, not as they label it.

The label is often wrong in known ways: `gb2312` carries GBK or GB18030, `ks_c_5601-1987` is code page 949,
`iso-2022-jp` holds the vendor characters of code page 932, and a label that nobody registered means "find out".
"""

import codecs
import re

_SUPERSETS = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows-936": "gb18030",
    "chinese": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "cp950",
    "big-5": "cp950",
    "x-x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "x-windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
_UNTOLD = {"", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "unknown", "default", "binary"}
_MULTI_BYTE = {"gb18030", "cp950", "cp949", "cp932", "euc_jp"}
_SINGLE_BYTE = ["cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"]
_WESTERN = {"cp1252", "iso8859-1", "iso8859-15"}
"""What is written on mail by those who do not know its charset."""
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4,}")
_REPLACED = re.compile(r"[\x00-\x7f\ufffd]+")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_USUAL = {
    "gb18030": re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]"),
    "euc_jp": re.compile(rb"[\xa1\xa4\xa5\xb0-\xcf][\xa1-\xfe]"),
    "cp950": re.compile(rb"[\xa1-\xc6]."),
    "cp932": re.compile(rb"[\x81\x83\x88-\x97].|\x82[\x9f-\xf1]"),
    "cp949": re.compile(rb"[\xa1\xb0-\xc8][\xa1-\xfe]"),
}
"""The byte pairs that make up most of ordinary text: frequent characters, kana, syllables, punctuation."""
_EUC_KANA = re.compile(rb"[\xa4\xa5][\xa1-\xfe]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ISO_2022_JP = re.compile(r"iso-?2022-?jp", re.IGNORECASE)
_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BDOPQ]|\([BJIH])")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(r"[\s\u00ad\u115f\u180e\u200b-\u200f\u2060\u3164\ufeff]*")
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
_ASCII_BYTES = bytes(range(128))
_HIGH_BYTES = bytes(range(128, 256))
_DETECTION_WINDOW = 16_384


def decode_text(data: bytes, declared: str | None = None, hint: str | None = None) -> tuple[str, str | None]:
    """Return `data` as text, and what was odd about it (None if nothing was).

    Args:
        declared: the charset that the mail names for exactly these bytes.
        hint: a charset used elsewhere in the same mail, tried when nothing was declared.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark) and (text := _strictly(data, codec)) is not None:
            return printable(text.lstrip("\ufeff")), None
    label = _label(declared)
    if label in _UNTOLD:
        if data.isascii() and b"\x1b$" not in data:
            return printable(data.decode("ascii")), None
        return printable(_detect(data, hint)), f"8-bit text labelled {declared or 'with no charset'}"
    if _ISO_2022_JP.match(label):
        return printable(_iso_2022_jp(data)), None
    codec = _SUPERSETS.get(label, label)
    if not _is_text_codec(codec):
        return printable(_detect(data, hint)), f"unknown charset {label[:40]!r}"
    utf8 = None if codec == "utf-8" or data.isascii() else _strictly(data, "utf-8")
    if utf8 is not None and _EAST_ASIAN.search(utf8):
        return printable(utf8), f"labelled {label} but is utf-8"
    if not data.isascii() and codecs.lookup(codec).name in _WESTERN and (true := _mislabelled(data, hint)):
        return printable(data.decode(true)), f"labelled {label} but is {true}"
    if (text := _strictly(data, codec)) is not None:
        return printable(text), None
    return printable(_closest(data, codec, hint)), f"bytes that are not {label}"


def printable(text: str) -> str:
    """Drop what no page, no JSON and no database wants: control characters and lone surrogates."""
    return text if _is_printable(text) else _CONTROLS.sub("", text)


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of it: blanks of every kind and width, none too."""
    return _UNSEEN.fullmatch(text) is not None


def _is_printable(text: str) -> bool:
    """What searching for `_CONTROLS` would tell, several times faster."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return False
    return len(raw) == len(raw.translate(None, _CONTROL_BYTES)) and "\ufffe" not in text and "\uffff" not in text


def _label(declared: str | None) -> str:
    return (declared or "").strip().strip("\"'").strip().lower().split("*")[0]


def _is_text_codec(name: str) -> bool:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return False
    return getattr(info, "_is_text_encoding", True) and info.name not in ("idna", "punycode", "undefined", "mbcs")


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _closest(data: bytes, codec: str, hint: str | None) -> str:
    """The declared charset with a few bytes replaced, unless another one reads all of it."""
    if codecs.lookup(codec).name == "utf-8":
        text = _mostly_utf8(data, narrowest="\u0800", share=0.5)
        if text is None and _east_asian(data) is None:
            text = _mostly_utf8(data, narrowest="\x80", share=0.6)
        if text is not None:
            return text
    replaced = data.decode(codec, "replace")
    body = replaced.rstrip("\ufffd")
    if replaced.count("\ufffd") * 20 <= len(replaced) or ("\ufffd" not in body and not body.isascii()):
        return replaced
    found = _detect(data, hint)
    return found if found.count("\ufffd") < replaced.count("\ufffd") else replaced


def _mostly_utf8(data: bytes, *, narrowest: str, share: float) -> str | None:
    """The text with the broken bytes replaced, when `share` of what is not ASCII is UTF-8 from `narrowest` on.

    Other charsets hardly ever look so, least of all like characters of three bytes.
    """
    text = data.decode("utf-8", "replace")
    whole = "".join(char for char in _REPLACED.sub("", text) if narrowest <= char < "\U00040000")
    high = len(data) - len(data.translate(None, _HIGH_BYTES))
    return text if whole and len(whole.encode()) >= high * share else None


def _mislabelled(data: bytes, hint: str | None) -> str | None:
    """The East Asian charset of bytes that are called Western.

    Western letters beyond ASCII stand alone or in twos; pages of them, of many kinds, are no words of any language.
    """
    window = data[:_DETECTION_WINDOW]
    high = window.translate(None, _ASCII_BYTES)
    runs = sum(map(len, _HIGH_RUN.findall(window)))
    expected = _SUPERSETS.get(_label(hint), _label(hint)) in _MULTI_BYTE
    enough = 4 if expected else 8
    if len(high) < enough or len(set(high)) < enough * 3 // 4 or runs < len(high) * 0.8:
        return None
    return _east_asian(data)


def _detect(data: bytes, hint: str | None) -> str:
    if (text := _strictly(data, "utf-8")) is not None and b"\x1b$" not in data:
        return text
    if b"\x1b$" in data:
        return _iso_2022_jp(data)
    if (text := _mostly_utf8(data, narrowest="\u0800", share=0.6)) is not None:
        return text
    label = _label(hint)
    hinted = _SUPERSETS.get(label, label)
    guesses = [hinted if hinted in _MULTI_BYTE else None, _east_asian(data), None if label in _UNTOLD else hinted]
    for codec in filter(None, guesses):
        if _is_text_codec(codec) and (text := _strictly(data, codec)) is not None:
            return text
    # Imported here: most mail says truthfully what it is, and the detector is slow to load.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_DETECTION_WINDOW], cp_isolation=_SINGLE_BYTE, threshold=0.3).best()
    if best is not None and (text := _strictly(data, best.encoding)) is not None:
        return text
    for codec in ("gb18030", "cp1252"):
        if (text := _strictly(data, codec)) is not None:
            return text
    return data.decode("utf-8", "replace")


def _east_asian(data: bytes) -> str | None:
    """The East Asian charset whose ordinary characters these bytes are, if any.

    Statistical detectors take short Chinese text for Korean; the rows of the code tables tell them apart.
    """
    pairs = _PAIR.findall(data[:_DETECTION_WINDOW])
    if len(pairs) < 2:
        return None
    scores = {
        codec: sum(1 for pair in pairs if usual.match(pair)) / len(pairs)
        for codec, usual in _USUAL.items()
        if _strictly(data, codec) is not None
    }
    if sum(1 for pair in pairs if _EUC_KANA.match(pair)) < len(pairs) / 5:
        scores.pop("euc_jp", None)
    # Korean syllables lie inside the rows of Chinese: only long text of nothing else is Korean.
    if scores.get("cp949", 0) >= 0.98 and len(pairs) >= 8:
        return "cp949"
    scores.pop("cp949", None)
    best = max(scores, key=lambda codec: scores[codec], default=None)
    return best if best and scores[best] >= 0.8 else None


def _iso_2022_jp(data: bytes) -> str:
    """Decode with the vendor rows (①, ㈱, 髙 …) that the standard library's codec refuses."""
    for codec in ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004"):
        if (text := _strictly(data, codec)) is not None:
            return text
    pieces = _JIS_ESCAPE.split(data)
    text = pieces[0].decode("ascii", "replace")
    for escape, run in zip(pieces[1::2], pieces[2::2], strict=True):
        if escape in (b"$@", b"$B", b"$(@", b"$(B"):
            text += _jis_to_cp932(run)
        elif escape == b"(I":
            text += bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
        else:
            text += run.decode("ascii", "replace")
    return text


def _jis_to_cp932(run: bytes) -> str:
    shifted = bytearray()
    pairs = [(run[at], run[at + 1]) for at in range(0, len(run) - 1, 2)]
    for row, cell in pairs:
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            shifted += bytes((row & 0x7F, cell & 0x7F))
            continue
        lead = ((row - 0x21) >> 1) + 0x81
        trail = cell + 0x7E if row % 2 == 0 else cell + 0x1F + (cell >= 0x60)
        shifted += bytes((lead + 0x40 if lead > 0x9F else lead, trail))
    return shifted.decode("cp932", "replace")

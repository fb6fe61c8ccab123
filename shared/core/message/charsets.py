"""Bytes of a named, wrongly named or unnamed charset to text. Never raises. Stage parse (display decoding).

Japanese mail is the hard case. What is labelled ``iso-2022-jp``, ``shift_jis`` or ``euc-jp`` is in practice Microsoft's
code page 932 in three wrappings: it holds the NEC and IBM characters (circled digits, ``㈱``) that the strict codecs
refuse. All three are therefore read through code page 932, so that the same text gives the same string whatever its
wrapping. Labels follow the WHATWG Encoding Standard, where browsers read ``gb2312`` as gb18030 and so on.
"""

from __future__ import annotations

import codecs
import re
from functools import cache, lru_cache

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_JIS_ESCAPE = re.compile(rb"\x1b(?:\$\([@BD]|\$[@B]|\([BJIH]|&@)|[\x0e\x0f]|\n")
_JIS_PAIRS = re.compile(rb"((?:[\x21-\x7e][\x21-\x7e])+)|([^\x21-\x7e]+)|(.)", re.DOTALL)
_EUC_RUNS = re.compile(
    rb"([\x00-\x7f]+)|((?:[\xa1-\xfe][\xa1-\xfe])+)|((?:\x8e[\xa1-\xdf])+)|((?:\x8f[\xa1-\xfe][\xa1-\xfe])+)|(.)",
    re.DOTALL,
)
_SIGNS_OF_JIS = (b"\x1b$B", b"\x1b$@", b"\x1b(I", b"\x1b$(D", b"\x1b(J")
_LOW_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_HIGH_BIT_SET = bytes(byte | 0x80 for byte in range(256))
_WESTERN = re.compile(rb"[\x80-\xbf]|[\xc0-\xff]{2}")
_FULL_KANA = re.compile("[\u3041-\u30fe\u3000-\u3002]")
_ONLY_HALF_KANA = re.compile(rb"(?:[\x00-\x7f]*+[\xa1-\xdf]){8,}[\x00-\x7f]*+")
_HALF_KANA = re.compile("[\uff61-\uff9f]")

_MICROSOFT = str.maketrans("\u301c\u2016\u2212\u00a2\u00a3\u00ac", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2")
"""Where Python's Japanese codecs and code page 932 name one character differently."""

_JIS = "matta-jis"
_EUC = "matta-euc"
_GUESS = "matta-guess"
_LABELS_OF = {
    _JIS: "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-3 iso-2022-jp-ms iso2022jp iso2022_jp jis x-iso-2022-jp cp50220 cp50221 cp50222",
    _EUC: "euc-jp eucjp euc_jp x-euc-jp x-euc cseucpkdfmtjapanese eucjp-ms eucjp-win cp51932 ujis",
    _GUESS: "unknown-8bit x-unknown unknown x-user-defined 8bit binary none default default_charset _autodetect x-unicode",
    "cp932": "shift_jis shift-jis shiftjis sjis x-sjis ms_kanji csshiftjis windows-31j cswindows31j cp932 ms932 x-ms-cp932 cp943 cp943c windows-932"
    " x-mac-japanese",
    "gb18030": "gb2312 gbk gb_2312-80 x-gbk cp936 windows-936 csgb2312 gb18030 euc-cn iso-ir-58 chinese",
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc5601 ksc_5601 euc-kr euc_kr cseuckr korean windows-949 cp949 iso-ir-149 uhc",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "cp1252": "iso-8859-1 latin1 latin-1 iso8859-1 l1 iso_8859-1 cp819 x-ansi windows-1252 x-cp1252",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-utf-8 utf-8n x-utf8 utf_8",
    "ascii": "us-ascii ascii ansi_x3.4-1968 us",
    "utf-7": "utf-7 unicode-1-1-utf-7 x-unicode-2-0-utf-7",
    "cp1254": "iso-8859-9 latin5 windows-1254",
    "cp874": "iso-8859-11 tis-620 windows-874",
    "iso8859-8": "iso-8859-8 iso-8859-8-i iso-8859-8-e",
    "mac-roman": "macintosh",
    "koi8-u": "koi8-u koi8-ru",
}
_LABELS = {label: codec for codec, labels in _LABELS_OF.items() for label in labels.split()}
_TEXT_CODECS = re.compile(
    r"utf-(?:8|16|32).*|utf-7|ascii|iso8859-\d+|iso2022_.*|cp\d+|koi8-[rtu]|gb18030|gbk|gb2312|hz|big5.*|euc_.*|shift_jis.*|johab|mac-.*|tis-620|kz1048|ptcp154"
)
"""Codecs that a label from outside may choose. Python also calls archives, escapes and slow transformations codecs."""


def decode_text(data: bytes, label: str) -> str:
    """``data`` read as the charset named ``label``; guessed where the label is empty, unknown or plainly wrong.

    May hold U+FFFD for what is damaged. Control characters are left in; ``decode.clean`` takes them out.
    """
    if data.isascii() and b"\x1b" not in data and b"\x0e" not in data:
        codec = _codec(label)
        return data.decode("ascii") if codec not in _NOT_ASCII_BASED else _by_codec(data, codec)
    return _by_codec(data, _codec(label))


def guess_text(data: bytes) -> str:
    """``data`` read by what its bytes look like: UTF-8, ISO-2022-JP, then Japanese, then Western."""
    if data.isascii():
        return _decode_jis(data) if any(sign in data for sign in _SIGNS_OF_JIS) else data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if any(sign in data for sign in _SIGNS_OF_JIS):
        return _decode_jis(data)
    if _WESTERN.search(data):
        japanese = _guess_japanese(data)
        if japanese is not None:
            return japanese
    return data.decode("cp1252", "replace") if _fits(data, "cp1252") else data.decode("latin-1")


def is_known(label: str) -> bool:
    """Whether a charset label names a charset that can be read."""
    return _codec(label) != _GUESS


def codec_of(label: str) -> str:
    """Python's codec for writing what a label names, ``""`` for an unknown label.

    It may refuse characters that ``decode_text`` reads: what is read generously is to be written strictly.
    """
    codec = _codec(label)
    return {_JIS: "iso2022_jp", _EUC: "euc_jp", _GUESS: ""}.get(codec, codec)


_NOT_ASCII_BASED = frozenset(
    {"utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "hz", "iso2022_kr"}
)


@lru_cache(maxsize=256)
def _codec(label: str) -> str:
    name = label.strip().strip("\"'").lower()
    if name in _LABELS:
        return _LABELS[name]
    if len(name) > 40 or not name.isascii():
        return _GUESS
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return _GUESS
    return _LABELS.get(found, found) if _TEXT_CODECS.fullmatch(found) else _GUESS


def _by_codec(data: bytes, codec: str) -> str:
    if codec == _JIS:
        return _decode_jis(data)
    if codec == _GUESS:
        return guess_text(data)
    if codec == _EUC:
        text = _decode_euc(data)
    else:
        text = data.decode(codec, "replace")
    # A label that leaves much of the text undecodable is a wrong label (Outlook and web forms write many).
    if text.count(_REPLACEMENT) * 8 > len(text) or (codec in ("ascii", "cp1252") and _REPLACEMENT in text):
        guessed = guess_text(data)
        if guessed.count(_REPLACEMENT) < text.count(_REPLACEMENT):
            return guessed
    return text


@cache
def _jis_table() -> dict[int, str]:
    """Row and cell of JIS X 0208 with Microsoft's extensions, as ``row byte * 256 + cell byte``, to characters."""
    table = {}
    for row in range(0x21, 0x7F):
        lead = ((row - 0x21) >> 1) + 0x81
        lead += 0x40 if lead > 0x9F else 0
        for cell in range(0x21, 0x7F):
            trail = (cell + 0x1F + (cell >= 0x60)) if row & 1 else cell + 0x7E
            table[row << 8 | cell] = bytes((lead, trail)).decode("cp932", "replace")[:1]
    return table


def _pairs(data: bytes) -> str:
    """An even number of seven-bit bytes, two for each character."""
    return data.decode("utf-16-be").translate(_jis_table())


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP as mailers write it (RFC 1468, with the sets of CP50220 and CP50222 and JIS X 0212)."""
    if b"\x1b(J" not in data and b"\x0e" not in data:
        try:
            return data.decode("iso2022_jp").translate(_MICROSOFT)  # clean text, twenty times faster
        except UnicodeDecodeError:
            pass
    out: list[str] = []
    state = b"\x1b(B"
    shifted = False
    position = 0
    for escape in _JIS_ESCAPE.finditer(data):
        _jis_run(data[position : escape.start()], b"\x1b(I" if shifted else state, out)
        position = escape.end()
        mark = escape.group()
        if mark == b"\n":
            state, shifted = b"\x1b(B", False  # RFC 1468: a line ends in ASCII, so a lost escape costs one line
            out.append("\n")
        elif mark in (b"\x0e", b"\x0f"):
            shifted = mark == b"\x0e"
        else:
            state = mark
    _jis_run(data[position:], b"\x1b(I" if shifted else state, out)
    return "".join(out)


def _jis_run(run: bytes, state: bytes, out: list[str]) -> None:
    if not run:
        return
    if state in (b"\x1b$B", b"\x1b$@", b"\x1b$(@", b"\x1b$(B", b"\x1b$(D"):
        for pairs, other, lone in _JIS_PAIRS.findall(run):
            if pairs:
                out.append(_jis_supplement(pairs) if state == b"\x1b$(D" else _pairs(pairs))
            elif other:
                out.append(other.decode("cp932", "replace"))
            elif lone:
                out.append(_REPLACEMENT)
    elif state == b"\x1b(I":
        out.append(run.translate(_HIGH_BIT_SET).decode("cp932", "replace"))
    else:
        out.append(run.decode("ascii") if run.isascii() else guess_text(run))


def _jis_supplement(pairs: bytes) -> str:
    """JIS X 0212, which Python knows as the three-byte form of EUC-JP."""
    high = pairs.translate(_HIGH_BIT_SET)
    return b"".join(b"\x8f" + high[at : at + 2] for at in range(0, len(high), 2)).decode("euc_jp", "replace")


def _decode_euc(data: bytes) -> str:
    try:
        return data.decode("euc_jp").translate(_MICROSOFT)
    except UnicodeDecodeError:
        pass
    out: list[str] = []
    for plain, pairs, kana, supplement, other in _EUC_RUNS.findall(data):
        if plain:
            out.append(plain.decode("ascii"))
        elif pairs:
            out.append(_pairs(pairs.translate(_LOW_SEVEN_BITS)))
        elif kana:
            out.append(kana[1::2].decode("cp932", "replace"))
        elif supplement:
            out.append(supplement.decode("euc_jp", "replace"))
        elif other:
            out.append(_REPLACEMENT)
    return "".join(out)


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _guess_japanese(data: bytes) -> str | None:
    """Code page 932 or EUC-JP, whichever the bytes can be; by kana where they can be both; ``None`` for neither."""
    euc = _decode_euc(data)
    euc_fits = _REPLACEMENT not in euc
    if not _fits(data, "cp932"):
        return euc if euc_fits else None
    shift_jis = data.decode("cp932")
    if not euc_fits:
        return shift_jis
    if _ONLY_HALF_KANA.fullmatch(data) and not _FULL_KANA.search(euc):
        return shift_jis  # four or more kanji without any byte above 0xDF would be a rare chance
    return euc if _japanese_score(euc) > _japanese_score(shift_jis) else shift_jis


def _japanese_score(text: str) -> int:
    """Higher for text that looks written by somebody: full-width kana speak for it, stray half-width kana against."""
    return 2 * len(_FULL_KANA.findall(text)) - len(_HALF_KANA.findall(text))

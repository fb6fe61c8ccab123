"""What the ZIP transform takes out of a message: which parts, which stretches of text, and the files that they stand for. Stage 4b.

Pictures that the HTML text shows stay. So do calendar items, which mail programs act upon, and a copy of the item as a file beside it; a
calendar that is merely attached is a file as any other. Files that old mailers put uuencoded into the text are taken out of it. Of a file in two forks (multipart/appledouble) both are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.core.message.attachments import Leaf, attachment_name, find_attachments, is_body_text, leaves
from shared.core.message.facts import Protection
from shared.core.message.limits import DEFAULT_LIMITS
from shared.core.message.protection import find_protections
from shared.core.message.source import Buffer, find
from shared.core.message.spans import Part, Span, Tree
from shared.core.message.transfer import decoded_head, decoded_span
from shared.core.message.uuencode import uuencoded_files
from shared.core.transform.archive.names import distinct_names, safe_name
from shared.core.transform.archive.write import ArchiveFile
from shared.core.transform.would_break import WouldBreak

_ALL = replace(DEFAULT_LIMITS, max_attachments=1_000_000)
"""Facts may be cut short; what is left out here would go out in plain."""
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED = frozenset({Protection.SMIME_SIGNED, Protection.PGP_SIGNED})
_SAMPLE = 44 * 1024
_IDENTITY = frozenset({"7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True)
class TakenFile:
    """One file: its name as people see it, and where its encoded content stands in the message."""

    name: str
    content: Span
    encoding: str


@dataclass(frozen=True, slots=True)
class Taking:
    """All that is taken: ``files`` in the order of the message, ``parts`` to go by path, and ``stretches`` of text to go."""

    files: tuple[TakenFile, ...] = ()
    parts: frozenset[str] = frozenset()
    stretches: tuple[Span, ...] = ()


def find_taking(tree: Tree) -> Taking:
    """What there is to take. Raises ``WouldBreak`` where that would break the message, or where it cannot be seen."""
    facts = find_attachments(tree, _ALL)
    attached = {attachment.part for attachment in facts if not attachment.inline}
    files: list[TakenFile] = []
    parts: set[str] = set()
    stretches: list[Span] = []
    leafs = tuple(leaves(tree))
    calendars = {leaf.part.path for leaf in leafs if _is_calendar(tree, leaf.part)}
    calendar = not calendars <= attached
    report = False
    for leaf in leafs:
        part = leaf.part
        if calendar and part.path in calendars:
            continue
        if part.path in attached and is_body_text(tree, leaf):
            for file in uuencoded_files(tree.data, part.body):
                files.append(TakenFile(file.name, file.span, "x-uuencode"))
                stretches.append(file.span)
        elif part.path in attached:
            report = report or any(above.content.value == "multipart/report" for above in leaf.above)
            files.extend(_files_of(tree, leaf))
            parts.add(leaf.above[0].path if is_fork(leaf) else part.path)
    if (broken := _broken(tree, leafs, bool(files), calendar=calendar, report=report)) is not None:
        raise WouldBreak(broken)
    return Taking(tuple(files), frozenset(parts), tuple(stretches))


def archive_files(data: Buffer, files: Iterable[TakenFile]) -> tuple[ArchiveFile, ...]:
    """The files as an archive takes them, under names that any system can write and that differ from each other."""
    taken = tuple(files)
    names = distinct_names(safe_name(file.name, f"attachment-{index}.bin") for index, file in enumerate(taken, 1))
    return tuple(_archive_file(data, file, name) for file, name in zip(taken, names, strict=True))


def _archive_file(data: Buffer, file: TakenFile, name: str) -> ArchiveFile:
    return ArchiveFile(
        name,
        lambda: decoded_span(data, file.content, file.encoding),
        lambda: _samples(data, file),
        file.content.length,
    )


def _files_of(tree: Tree, leaf: Leaf) -> Iterator[TakenFile]:
    part = leaf.part
    name = attachment_name(tree, part)
    yield TakenFile(name, part.body, part.encoding)
    if is_fork(leaf):
        # The name by which macOS puts both forks together again.
        resources = leaf.above[0].children[1 - leaf.index]
        yield TakenFile(f"._{name}", resources.body, resources.encoding)


def is_fork(leaf: Leaf) -> bool:
    """Whether a leaf is the data of a file in two forks (RFC 1740 section 5)."""
    if leaf.parent != "multipart/appledouble" or len(leaf.above[0].children) != 2:
        return False
    other = leaf.above[0].children[1 - leaf.index]
    return other.is_leaf and other.content.value == "application/applefile"


def _is_calendar(tree: Tree, part: Part) -> bool:
    return part.content.value == "text/calendar" and b"BEGIN:VCALENDAR" in decoded_head(tree.data, part, 1024).upper()


def _broken(tree: Tree, leafs: tuple[Leaf, ...], takes: bool, *, calendar: bool, report: bool) -> str | None:
    """The word for what taking would break. Seals that hide what is in them break whether or not something is seen."""
    protections = find_protections(tree)
    sealed = any(leaf.part.content.value in _SEALED for leaf in leafs)
    for protection in Protection:
        if protection in protections and (takes or sealed or protection not in _SIGNED):
            return protection.value
    if not takes:
        return None
    if tree.root.content.value == "message/partial":
        return "partial"
    return "calendar" if calendar else "report" if report else None


def _samples(data: Buffer, file: TakenFile) -> Iterator[bytes]:
    """Pieces from the start, the middle and near the end; of encodings that cannot be entered anywhere, from the start."""
    span = file.content
    if file.encoding not in _IDENTITY and file.encoding != "base64":
        yield next(
            iter(decoded_span(data, Span(span.start, min(span.end, span.start + 4 * _SAMPLE)), file.encoding)), b""
        )
        return
    step = max((span.length - _SAMPLE) // 2, _SAMPLE)
    for place in range(span.start, max(span.end - _SAMPLE // 2, span.start + 1), step):
        begin = place
        if place > span.start:
            begin = find(data, b"\n", place, min(span.end, place + 1000)) + 1 or place
        yield b"".join(decoded_span(data, Span(begin, min(span.end, begin + _SAMPLE)), file.encoding))

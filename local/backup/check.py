"""Read a backup (``contents.py``), and compare all of it with its manifest. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from local.backup.contents import FORMAT, MANIFEST, BadBackup, Manifest, Part, blob_of, line_of, table_of

_LARGEST_MANIFEST = 1024 * 1024
_PIECE = 1024 * 1024


def members(source: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """The members and their bytes, to be read in order, within ``reading``. Raises ``BadBackup``."""
    with tarfile.open(source, mode="r|gz") as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isreg() else None
            if stream is None:
                raise BadBackup("the backup has a member that is no file")
            yield member, stream


@contextmanager
def reading() -> Iterator[None]:
    """What tar and gzip say of a bad file. Raises ``BadBackup``."""
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BadBackup("the file is no backup, or is damaged") from error
    except OSError as error:
        if error.errno is None:  # gzip's own errors have none
            raise BadBackup("the file is no backup, or is damaged") from error
        raise


def check(source: Path) -> Manifest:
    """Read the whole backup and compare it with its manifest. Raises ``BadBackup``, ``OSError``."""
    with reading():
        return _check(source)


def _check(source: Path) -> Manifest:
    digest, counts, size = hashlib.sha256(), Counter[str](), 0
    manifest: Manifest | None = None
    for member, stream in members(source):
        if member.name == MANIFEST:
            if member.size > _LARGEST_MANIFEST:
                raise BadBackup("the manifest is too large")
            try:
                manifest = msgspec.json.decode(stream.read(), type=Manifest)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise BadBackup("the manifest cannot be read") from error
            continue
        if manifest is not None:
            raise BadBackup("something follows the manifest")
        part_digest, lines, length = hashlib.sha256(), 1, 0
        while piece := stream.read(_PIECE):
            part_digest.update(piece)
            lines += piece.count(b"\n")
            length += len(piece)
        table = table_of(member.name)
        rows = lines if table else 1
        counts[table or blob_of(member.name)[0]] += rows
        size += length
        digest.update(line_of(Part(member.name, length, part_digest.hexdigest(), rows)))
    if manifest is None:
        raise BadBackup("the backup has no manifest: it was not ended, or is cut off")
    if manifest.format != FORMAT:
        raise BadBackup(f"the backup has format {manifest.format}; this version reads {FORMAT}")
    wanted = {name: count for name, count in manifest.counts.items() if count}
    if (manifest.parts, manifest.size, wanted) != (digest.hexdigest(), size, dict(counts)):
        raise BadBackup("the backup is not what its manifest says: it was altered or damaged")
    return manifest

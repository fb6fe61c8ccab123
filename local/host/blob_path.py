"""Path patterns of blob triggers such as `spool/{hour}/{tenant}/{queue_id}.eml`; what to list, and what fires."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.host.errors import StartError

_PARAMETER = re.compile(r"\{(\w+)\}")
_HOUR_FORMAT = "%Y%m%d%H"


@dataclass(frozen=True)
class BlobPath:
    """A pattern split into container and name.

    A parameter takes any text, slashes included, as in Azure's host: `{a}/{b}.eml` takes `x/y/z.eml` too.
    """

    container: str
    pattern: re.Pattern[str]
    prefix: str
    """The text before the first parameter: no other blob can fit."""
    by_hour: bool
    """The first parameter is `{hour}` and a folder of its own: new blobs are only in the folders of recent hours."""

    def fits(self, name: str) -> bool:
        """Whether a blob of the container fires the trigger."""
        return self.pattern.fullmatch(name) is not None

    def hour_prefix(self, moment: datetime, hours_ago: int) -> str:
        """The folder of the hour `hours_ago` before `moment` (UTC), as `YYYYMMDDHH`."""
        return f"{self.prefix}{(moment - timedelta(hours=hours_ago)).strftime(_HOUR_FORMAT)}/"


def parse_blob_path(path: str, *, function: str) -> BlobPath:
    """The pattern of a trigger's `path`. Raises StartError for one without a container and a name."""
    container, slash, name = path.strip("/").partition("/")
    rest = _PARAMETER.sub("", name)
    if not slash or not name or not container or "{" in container or "{" in rest or "}" in rest:
        raise StartError(f"function {function}: the path {path!r} must be container/name with parameters like {{name}}")
    pieces = _PARAMETER.split(name)
    # split() alternates between text and parameter names.
    pattern = "".join("(?:.*)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces))
    return BlobPath(
        container=container,
        pattern=re.compile(pattern, re.DOTALL),
        prefix=pieces[0],
        by_hour=name[len(pieces[0]) :].startswith("{hour}/"),
    )

"""``endpoints.json``: how to reach the running local instance, for other commands, tests and people.

| key | value |
| --- | --- |
| smtp | ``host:port`` of the relay, where mail goes in |
| api | URL that the functions' HTTP routes begin with, without a slash at the end |
| portal | URL of the web portal |
| identity | URL of the identity provider that signs people on |
| relay_health | URL that answers 200 while the relay can take mail |
| mailbox_smtp | ``host:port`` of the mailbox's SMTP side, the demo tenant's next hop |
| mailbox_web | URL of the mailbox's pages; ``{mailbox_web}/api/messages`` lists messages as JSON |
| teams_web | URL of the Teams stand-in's pages and JSON API (``local/teams/web.py``) |
| teams_service | URL of what it plays of Microsoft's services, HTTPS |
| blob, queue, table | URLs of Azurite's services, account included |
| connection_string | for all three of them |
| data, logs | directories |
| pids | process ids: ``dev`` and one for each part (``azurite``, ``mailbox``, ``teams``, ``identity``, ``functions``, ``portal``, ``relay``) |
| started | moment of the start, ISO 8601, UTC |

The file is there only while the instance runs: it is written, whole, once everything is ready, and removed at the end.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.layout import Layout, Ports

AZURITE_ACCOUNT = "devstoreaccount1"
# Azurite's documented account key, the same everywhere: learn.microsoft.com/azure/storage/common/storage-connect-azurite
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def connection_string(blob_port: int, queue_port: int, table_port: int) -> str:
    """Connection string for an Azurite on these ports."""
    services = {"Blob": blob_port, "Queue": queue_port, "Table": table_port}
    urls = "".join(f"{name}Endpoint=http://127.0.0.1:{port}/{AZURITE_ACCOUNT};" for name, port in services.items())
    return f"DefaultEndpointsProtocol=http;AccountName={AZURITE_ACCOUNT};AccountKey={AZURITE_KEY};{urls}"


def describe(ports: Ports, layout: Layout, pids: Mapping[str, int]) -> dict[str, Any]:
    """The content of the file."""
    api = f"http://127.0.0.1:{ports.api}"
    return {
        "smtp": f"127.0.0.1:{ports.smtp}",
        "api": api,
        "portal": f"http://127.0.0.1:{ports.portal}/",
        "identity": f"http://127.0.0.1:{ports.identity}",
        "relay_health": f"http://127.0.0.1:{ports.relay_health}/healthz",
        "mailbox_smtp": f"127.0.0.1:{ports.mailbox_smtp}",
        "mailbox_web": f"http://127.0.0.1:{ports.mailbox_web}",
        "teams_web": f"http://127.0.0.1:{ports.teams_web}",
        "teams_service": f"https://127.0.0.1:{ports.teams_service}",
        "blob": f"http://127.0.0.1:{ports.blob}/{AZURITE_ACCOUNT}",
        "queue": f"http://127.0.0.1:{ports.queue}/{AZURITE_ACCOUNT}",
        "table": f"http://127.0.0.1:{ports.table}/{AZURITE_ACCOUNT}",
        "connection_string": connection_string(ports.blob, ports.queue, ports.table),
        "data": str(layout.data),
        "logs": str(layout.logs),
        "pids": dict(pids),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Put the file in place in one step, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    temporary.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    temporary.replace(path)


def read(path: Path) -> dict[str, Any] | None:
    """The running instance's endpoints, or None where none runs (no file, or its process is gone)."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        os.kill(content["pids"]["dev"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return content


def remove(path: Path) -> None:
    """Take the file away if it is this process's own."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        if json.loads(path.read_text("utf-8"))["pids"]["dev"] == os.getpid():
            path.unlink()

"""Types that msgspec reads are prepared at import: their first use from several threads at once would end the process.

msgspec 0.22.0 builds what it knows of a class at its first use, and is not safe against another thread doing the same.
A functions host that starts under load is exactly that.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TRIES = 4
CROWD = """
import sys, threading
sys.setswitchinterval(1e-6)
{prepare}
barrier = threading.Barrier(20)
done = []
def use():
    barrier.wait()
    for _ in range(5):
        {read}
    done.append(1)
threads = [threading.Thread(target=use) for _ in range(20)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(0 if len(done) == 20 else 1)
"""


def _typed_reads(path: Path) -> Iterator[tuple[int, str]]:
    """Lines that hand msgspec a type when they run, and how."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            if called == "msgspec.convert":
                yield node.lineno, called
            if (
                called.startswith("msgspec.")
                and called.endswith(".decode")
                and any(k.arg == "type" for k in node.keywords)
            ):
                yield node.lineno, called


@pytest.mark.parametrize("room", ["shared", "functions", "smtp_relay"])
def test_no_type_is_first_met_while_threads_run(room: str) -> None:
    found = []
    for path in sorted((REPOSITORY / room).rglob("*.py")):
        prepares = "\n_PREPARED = " in path.read_text(encoding="utf-8")
        for line, called in _typed_reads(path):
            if called != "msgspec.convert" or not prepares:
                found.append(f"{path.relative_to(REPOSITORY)}:{line}: {called} needs a Decoder made at import")
    assert found == []


@pytest.mark.parametrize(
    ("prepare", "read"),
    [
        pytest.param(
            "from tests.support.records import begun\n"
            "from shared.adapters.message_store_table_rows import delivery_row, fixed_row, read_record, state_row\n"
            "record = begun().record\n"
            "made = (state_row(record, '', 'd'), fixed_row(record), delivery_row(record, 'd'))\n"
            "rows = {row['RowKey']: row for row in made}",
            "read_record(rows)",
            id="records",
        ),
        pytest.param(
            "from tests.support.app import make_settings\n"
            "from shared.core.policy.tenant_settings import read_settings, write_settings\n"
            "document = write_settings(make_settings())",
            "read_settings(document)",
            id="settings",
        ),
        pytest.param(
            "from tests.support.settings import user_settings\n"
            "from shared.core.settings.scope_settings import read_scope_settings, write_scope_settings\n"
            "document = write_scope_settings(user_settings(rules=()))",
            "read_scope_settings(document)",
            id="settings of groups and users",
        ),
        pytest.param(
            "from tests.support.settings import tenant_settings\n"
            "from shared.core.settings.import_document import import_document, import_table\n"
            "from shared.core.settings.tables import TABLES\n"
            "present = tenant_settings()\n"
            "rows = 'id,rule,unless\\nx,subject-blank,\\n'",
            "import_table(present, TABLES['rules'], rows, 'csv', 'update', ())\n"
            "        import_document(present, '{\"notices\": {}, \"policies\": []}', 'update', ())",
            id="imported files",
        ),
        pytest.param(
            "from shared.adapters.settings_blob_format import read_index, read_note, write_note\n"
            "from shared.core.settings.change_note import ChangeNote\n"
            "note = write_note(ChangeNote('a@b.example'))",
            "read_index(b'{}')\n        read_note(note)",
            id="notes and indexes of settings",
        ),
        pytest.param(
            "from tests.support.records import NOW, make_ref\n"
            "from shared.core.hold.record import OutboxEntry, OutboxKind\n"
            "from shared.core.hold.work_item import read_work_item, write_work_item\n"
            "body = write_work_item(make_ref(), OutboxEntry(OutboxKind.DSN, 1, NOW))",
            "read_work_item(body)",
            id="queue messages",
        ),
        pytest.param(
            "from tests.support.records import make_envelope, make_reception, make_ref\n"
            "from shared.ports_relay import Spooled\n"
            "from shared.adapters.spool_blob_format import decode, encode\n"
            "document = encode(Spooled(make_ref(), make_envelope(), make_reception()))",
            "decode(make_ref(), document, 1)",
            id="envelopes",
        ),
        pytest.param(
            "from datetime import timedelta\n"
            "from tests.support.records import NOW, make_ref\n"
            "from shared.core.message.keys import SigningKey\n"
            "from shared.core.hold.link import LinkClaims, Purpose, read_link, sign_link\n"
            "key = SigningKey('k', b's' * 32)\n"
            "token = sign_link(LinkClaims(make_ref(), 'a@b.example', Purpose.HOLD, NOW, NOW + timedelta(days=1)), key)",
            "read_link(token, (key,), NOW)",
            id="links",
        ),
    ],
)
def test_a_crowd_of_threads_may_be_the_first_to_read(prepare: str, read: str) -> None:
    for _ in range(TRIES):
        ended = subprocess.run(
            [sys.executable, "-c", CROWD.format(prepare=prepare, read=read)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-2000:]

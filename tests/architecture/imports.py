"""Who may import what: the table of docs/ARCHITECTURE.md as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

IMPURE = frozenset(
    [
        "asyncio",
        "concurrent",
        "ctypes",
        "http",
        "logging",
        "multiprocessing",
        "os",
        "random",
        "secrets",
        "select",
        "shutil",
        "signal",
        "smtplib",
        "socket",
        "socketserver",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ]
)
"""Standard modules that reach for the network, the environment, a clock, randomness, logs or other threads."""


@dataclass(frozen=True)
class Room:
    """The rule for one folder or file. ``project`` and ``packages`` are prefixes of what it may import."""

    path: str
    project: tuple[str, ...]
    packages: tuple[str, ...] = ()
    pure: bool = False
    forbidden: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Folders below ``path`` that are rooms of their own."""


PURE_PACKAGES = ("msgspec", "idna", "jinja2", "markupsafe", "cryptography", "re2")
CIPHERS = ("pyzipper", "lupa")
"""AES for ZIP archives, and LuaJIT for the loop of ZipCrypto: functions of their arguments as they are used."""

PORTS = (
    "shared.ports",
    "shared.ports_copies",
    "shared.ports_dns",
    "shared.ports_lists",
    "shared.ports_metrics",
    "shared.ports_next_hop",
    "shared.ports_onboarding",
    "shared.ports_operator",
    "shared.ports_people",
    "shared.ports_relay",
    "shared.ports_reports",
    "shared.ports_retention",
    "shared.ports_sign_on",
    "shared.ports_teams",
)

ROOMS = (
    Room("shared/core/message", ("shared.core.message", "shared.errors"), PURE_PACKAGES, pure=True),
    Room(
        "shared/core/text",
        ("shared.core.text", "shared.core.message", "shared.core.policy.decision", "shared.core.policy.reason_codes"),
        (),
        pure=True,
    ),
    Room(
        "shared/core/policy", ("shared.core.policy", "shared.core.message", "shared.errors"), PURE_PACKAGES, pure=True
    ),
    Room(
        "shared/core/settings",
        ("shared.core.settings", "shared.core.policy", "shared.core.message", "shared.errors"),
        ("msgspec",),
        pure=True,
        forbidden=("shared.core.policy.evaluate", "shared.core.policy.rules"),
    ),
    Room(
        "shared/core/transform",
        ("shared.core.transform", "shared.core.message", "shared.errors"),
        (*PURE_PACKAGES, *CIPHERS),
        pure=True,
    ),
    Room(
        "shared/core/gathering",
        ("shared.core.gathering", "shared.core.message", "shared.core.policy"),
        (),
        pure=True,
    ),
    Room(
        "shared/core/hold",
        (
            "shared.core.hold",
            "shared.core.gathering",
            "shared.core.people",
            "shared.core.message",
            "shared.core.policy",
            "shared.errors",
        ),
        (*PURE_PACKAGES, "jpholiday"),
        pure=True,
    ),
    Room(
        "shared/core/onboarding",
        (
            "shared.core.onboarding",
            "shared.core.message",
            "shared.core.signing",
            "shared.core.notice.safe_text",
            "shared.core.text.language",
            "shared.errors",
        ),
        ("msgspec",),
        pure=True,
    ),
    Room(
        "shared/core/access",
        (
            "shared.core.access",
            "shared.core.message",
            "shared.core.policy.conditions.spelled",
            "shared.errors",
        ),
        (),
        pure=True,
    ),
    Room(
        "shared/core/people",
        ("shared.core.people", "shared.core.message", "shared.core.policy.conditions.spelled"),
        (),
        pure=True,
    ),
    Room(
        "shared/core/reports",
        ("shared.core.reports", "shared.core.lists", "shared.core.hold", "shared.errors"),
        (),
        pure=True,
    ),
    Room(
        "shared/core/lists",
        (
            "shared.core.lists",
            "shared.core.hold",
            "shared.core.message",
            "shared.core.policy",
            "shared.core.people",
            "shared.core.notice.safe_text",
            "shared.errors",
        ),
        (),
        pure=True,
    ),
    Room(
        "shared/core/retention",
        ("shared.core.retention", "shared.core.hold", "shared.core.message", "shared.core.policy.retention_settings"),
        ("msgspec",),
        pure=True,
    ),
    Room(
        "shared/core/delivery",
        ("shared.core.delivery", "shared.core.hold", "shared.core.message", "shared.core.policy", "shared.errors"),
        PURE_PACKAGES,
        pure=True,
    ),
    Room(
        "shared/core/signing",
        ("shared.core.signing", "shared.core.message", "shared.core.policy.tenant_settings", "shared.errors"),
        ("cryptography",),
        pure=True,
    ),
    Room(
        "shared/core/outgoing",
        ("shared.core.outgoing", "shared.core.policy", "shared.core.transform", "shared.core.message", "shared.errors"),
        PURE_PACKAGES,
        pure=True,
    ),
    Room(
        "shared/core/replay",
        ("shared.core.replay", "shared.core.policy", "shared.core.message", "shared.errors"),
        ("msgspec",),
        pure=True,
    ),
    Room(
        "shared/core/teams",
        ("shared.core.teams", "shared.core.text.language", "shared.errors"),
        ("msgspec",),
        pure=True,
    ),
    Room("shared/core/notice", ("shared.core", "shared.errors"), PURE_PACKAGES, pure=True),
    Room(
        "shared/usecases",
        (
            "shared.usecases",
            "shared.core",
            *PORTS,
            "shared.app",
            "shared.log",
            "shared.errors",
        ),
        ("msgspec",),
        forbidden=("http", "socket", "smtplib", "os"),
    ),
    Room("shared/ports.py", ("shared.core", "shared.ports_relay", "shared.errors")),
    Room("shared/ports_relay.py", ("shared.core.message", "shared.errors")),
    Room("shared/ports_people.py", ("shared.core", "shared.errors")),
    Room("shared/ports_teams.py", ("shared.errors",)),
    Room("shared/ports_sign_on.py", ("shared.errors",)),
    Room("shared/ports_lists.py", ("shared.core.lists",)),
    Room("shared/ports_reports.py", ("shared.core.reports",)),
    Room("shared/ports_next_hop.py", ("shared.core.message", "shared.core.policy.tenant_settings", "shared.ports")),
    Room("shared/ports_dns.py", ("shared.errors",)),
    Room("shared/ports_retention.py", ("shared.core", "shared.ports")),
    Room("shared/ports_onboarding.py", ("shared.core.onboarding",)),
    Room("shared/ports_copies.py", ("shared.core.gathering", "shared.core.message.identity")),
    Room("shared/ports_metrics.py", ()),
    Room("shared/ports_operator.py", ("shared.core.message.identity",)),
    Room(
        "shared/app.py",
        (
            *PORTS,
            "shared.settings",
        ),
    ),
    Room("shared/log.py", ("shared.core.message.identity",)),
    Room("shared/errors.py", ()),
    Room("shared/settings.py", ("shared.errors",)),
    Room("shared/wiring.py", ("shared",)),
    Room(
        "shared/adapters",
        (
            "shared.adapters.storage_",
            "shared.adapters.identity_",
            "shared.adapters.secrets_vault",
            "shared.adapters.secrets_vault_",
            "shared.adapters.secrets_file",
            "shared.adapters.directory_table_",
            "shared.adapters.message_store_table_",
            "shared.adapters.smtp_next_hop_",
            "shared.adapters.spool_blob_",
            "shared.adapters.settings_blob_",
            "shared.adapters.teams_",
            "shared.adapters.backlog_blob",
            "shared.adapters.metrics_",
            "shared.adapters.bounded_http",
            "shared.adapters.jwt_keys",
            "shared.adapters.msal_http",
            "shared.core",
            *PORTS,
            "shared.errors",
            "shared.settings",
            "shared.log",
        ),
        ("azure", "msgspec", "requests", "aiohttp", "msal", "jwt", "cryptography", "dns"),
        forbidden=(
            "shared.usecases",
            "shared.core.policy.evaluate",
            "shared.core.policy.rules",
            "shared.core.hold.state",
        ),
    ),
    Room(
        "functions",
        (
            "functions.blob_name",
            "functions.web",
            "functions.api.dispatch",
            "shared.wiring",
            "shared.usecases",
            "shared.errors",
        ),
        ("azure.functions", "azurefunctions.extensions.base"),
        forbidden=("email", "smtplib", "shared.core"),
        without=("functions/api",),
    ),
    Room(
        "functions/api",
        (
            "functions.api",
            "functions.web",
            "shared.usecases",
            "shared.core",
            "shared.app",
            "shared.ports",
            "shared.ports_next_hop",
            "shared.ports_people",
            "shared.ports_lists",
            "shared.ports_sign_on",
            "shared.ports_reports",
            "shared.ports_operator",
            "shared.settings",
            "shared.log",
            "shared.errors",
        ),
        ("azure.functions", "msgspec", "werkzeug"),
        forbidden=(
            "email",
            "smtplib",
            "shared.core.transform",
            "shared.core.policy.evaluate",
            "shared.core.hold.state",
        ),
    ),
    Room("infra/check", ("infra.check",), forbidden=("socket", "http", "urllib", "subprocess")),
    Room("function_app.py", ("functions",), ("azure.functions",)),
    Room(
        "smtp_relay",
        (
            "smtp_relay",
            "shared.core.message",
            "shared.ports",
            "shared.ports_relay",
            "shared.adapters.spool_blob",
            "shared.adapters.ingress_blob",
            "shared.adapters.backlog_blob",
            # Commit events go to a host on the same machine by the client that storage is asked with.
            "shared.adapters.storage_http",
            # The egress proxy: the same fence as for next hops, and the keys that its tokens are checked with.
            "shared.adapters.reachable_networks",
            "shared.adapters.secrets_source",
            "shared.adapters.metrics_book",
            "shared.ports_metrics",
            "shared.settings",
            "shared.errors",
        ),
        ("aiosmtpd", "msgspec", "uvloop"),
    ),
)

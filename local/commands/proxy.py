"""`./dev proxy`: who may act for whom in the running instance, and who is away. Local tooling; no stage of the mail flow.

What it does it does as an administrator, or with ``--as`` as the person who is named there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from local import endpoints
from local.demo_tenant import TENANT
from local.layout import DEFAULT_DIRECTORY, Layout
from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.hold.entitlement import administrator_of
from shared.core.people.delegation import Absence, Delegation
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import MattaError
from shared.settings import ProcessSettings
from shared.usecases.change_delegation import Changer, name_proxy, remove_proxy, see_delegation, set_absences
from shared.usecases.decide_hold import Asker
from shared.wiring import connect

_REFUSED = 1
_BAD_INPUT = 2
_DAY_LENGTH = len("YYYY-MM-DD")


class _BadInput(Exception):
    """No instance lives in the directory, or a date is none."""


def main(argv: Sequence[str]) -> int:
    """Returns 0, or 1 where what is asked for is refused, or 2 for bad input or where no instance runs."""
    options = _parser().parse_args(argv)
    try:
        work: Callable[[_Desk], Delegation] = options.work
        desk = _Desk(options)
        for line in _lines(work(desk), desk):
            print(line)
    except MattaError as error:
        print(f"./dev proxy: {error.public}", file=sys.stderr)
        return _REFUSED
    except _BadInput as error:
        print(f"./dev proxy: {error}", file=sys.stderr)
        return _BAD_INPUT
    return 0


class _Desk:
    """The running instance, and in whose name it is asked."""

    def __init__(self, options: argparse.Namespace) -> None:
        found = endpoints.read(Layout(options.data).endpoints)
        if found is None:
            raise _BadInput(f"no instance runs with the data in {options.data}; start one with ./dev up")
        self.options = options
        self.app: App = connect(ProcessSettings(storage=str(found["connection_string"])))
        self.tenant: str = options.tenant
        settings: TenantSettings = self.app.settings.tenant(self.tenant)
        self.zone = ZoneInfo(settings.time_zone)
        self.principal: str = options.principal
        person = options.person or administrator_of(settings)
        self.by = Changer(Asker(person, Channel.API), as_administrator=not options.person)

    def since(self) -> datetime | None:
        """A day begins at midnight."""
        return self._moment(self.options.since, 0)

    def until(self) -> datetime | None:
        """A day is the last one that counts."""
        return self._moment(self.options.until, 1)

    def _moment(self, text: str | None, days: int) -> datetime | None:
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise _BadInput(f"{text!r} is no date; write 2026-12-29 or 2026-12-29T13:00") from error
        if len(text) == _DAY_LENGTH:
            moment += timedelta(days=days)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev proxy",
        description="Name and remove proxies in the running instance, and say who is away. docs/SETTINGS.md tells more.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("principal", metavar="PERSON", help="the address of the person or shared mailbox")
    common.add_argument("--as", dest="person", metavar="ADDRESS", help="act as this person (default: an administrator)")
    common.add_argument("--tenant", default=TENANT, help=f"(default: {TENANT})")
    common.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    dates = argparse.ArgumentParser(add_help=False)
    dates.add_argument("--from", dest="since", metavar="DATE", help="first day or moment (default: from now on)")
    dates.add_argument("--until", metavar="DATE", help="last day, or the moment of the end")
    commands = parser.add_subparsers(metavar="WHAT", required=True)

    def add(
        name: str, work: Callable[[_Desk], Delegation], text: str, *parents: argparse.ArgumentParser
    ) -> argparse.ArgumentParser:
        described = f"{text[0].upper()}{text[1:]}."
        made = commands.add_parser(name, help=text, description=described, parents=[common, *parents])
        made.set_defaults(work=work)
        return made

    add("list", _list, "show the proxies and absences of a person")
    add("add", _add, "let somebody act for a person", dates).add_argument("proxy", metavar="PROXY")
    add("remove", _remove, "take a proxy away").add_argument("proxy", metavar="PROXY")
    away = add("away", _away, "say that a person is away, in place of what was said before", dates)
    away.add_argument("--back", action="store_true", help="the person is here again")
    return parser


def _list(desk: _Desk) -> Delegation:
    return see_delegation(desk.app, desk.tenant, desk.principal, desk.by)


def _add(desk: _Desk) -> Delegation:
    since, until = desk.since(), desk.until()
    return name_proxy(desk.app, desk.tenant, desk.principal, desk.options.proxy, desk.by, since=since, until=until)


def _remove(desk: _Desk) -> Delegation:
    return remove_proxy(desk.app, desk.tenant, desk.principal, desk.options.proxy, desk.by)


def _away(desk: _Desk) -> Delegation:
    if desk.options.back:
        return set_absences(desk.app, desk.tenant, desk.principal, (), desk.by)
    until = desk.until()
    if until is None:
        raise _BadInput("say until when with --until, or --back")
    absence = Absence(desk.since() or desk.app.clock.now(), until)
    return set_absences(desk.app, desk.tenant, desk.principal, (absence,), desk.by)


def _lines(delegation: Delegation, desk: _Desk) -> list[str]:
    lines = [f"{delegation.principal} (version {delegation.version})"]
    for proxy in delegation.proxies:
        who = "an administrator" if proxy.by_administrator else "the person"
        lines.append(f"  proxy {proxy.address}{_span(proxy.since, proxy.until, desk.zone)}, named by {who}")
    lines += [f"  away{_span(absence.since, absence.until, desk.zone)}" for absence in delegation.absences]
    return lines if len(lines) > 1 else [*lines, "  no proxies, no absences"]


def _span(since: datetime | None, until: datetime | None, zone: ZoneInfo) -> str:
    begin = f" from {since.astimezone(zone):%Y-%m-%d %H:%M}" if since else ""
    return begin + (f" until {until.astimezone(zone):%Y-%m-%d %H:%M}" if until else "")

"""Settle who is asked to approve: at the sender's release, and when a request escalates (product.md P1, P3; stage 6).

Never the sender, never who releases, never somebody whom the directory has removed, nobody outside the tenant, no
shared mailbox without a proxy who could answer. Where
nobody is left whom the policy names, the tenant's administrator is asked, so that a request is never nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from shared.app import App
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.approval_standing import is_barred
from shared.core.hold.approval_state import may_still_answer
from shared.core.hold.entitlement import People, administrator_of, sender_of
from shared.core.hold.record import MessageRecord
from shared.core.message.domains import DomainSet, domain_of, normal_address, untagged_address
from shared.core.people.person import Person, PersonKind
from shared.core.policy.decision import ApprovalCall
from shared.core.policy.group_tree import MOST_MANAGERS
from shared.errors import PermanentError
from shared.usecases.effective_settings import settings_for
from shared.usecases.people_about import people_of
from shared.usecases.plans import later

MOST_SEATS = 100
"""Approvers of one step, as many as a policy can name; of a larger group the first by address are asked."""


class NobodyToApprove(PermanentError):
    """The message needs an approval that only its sender could give. It stays on hold."""

    code = "nobody-to-approve"
    public = "Nobody but you could approve this message. Please ask your administrator."


def settle_steps(app: App, record: MessageRecord, *requesters: str) -> tuple[ApprovalStep, ...]:
    """The steps that a release asks for; none where no policy does.

    ``requesters`` are the addresses of who releases, and of the person for whom they do: nobody where time does.

    Raises ``NobodyToApprove`` and ``TemporaryError``.
    """
    if not record.decision.approvals:
        return ()
    finder = _Finder(app, record, *requesters)
    now, after = app.clock.now(), later(settings_for(app, record.ref.tenant_id, sender_of(record)))
    steps = []
    for call in record.decision.approvals:
        seats = finder.seats(call)
        fallback = () if seats else finder.eligible((administrator_of(finder.settings),))
        if not seats and not fallback:
            raise NobodyToApprove("no approver is left but who sent or releases the message")
        due_at = after(now, timedelta(hours=call.reminder_hours))
        steps.append(ApprovalStep(call, seats or fallback, due_at=due_at, fallback=bool(fallback)))
    return tuple(steps)


def escalation_seats(app: App, record: MessageRecord, index: int) -> tuple[str, ...]:
    """Who is asked beside the approvers of step ``index`` who have not answered: as the policy says, without repetition.

    Raises ``TemporaryError``.
    """
    if record.approval is None:
        return ()
    step = record.approval.steps[index]
    requester = record.approval.requester
    finder = _Finder(app, record, requester.name, requester.on_behalf_of)
    wanted = list(step.call.escalate_to)
    if step.call.escalate_to_manager:
        silent = [seat for seat in step.seats if may_still_answer(step, seat)]
        wanted += [manager for seat in silent for manager in finder.first_manager(seat, beside=step.seats)]
    return finder.eligible(wanted, beside=step.seats)


def administrator_seat(app: App, record: MessageRecord, index: int) -> str:
    """The administrator, to be asked where nobody can answer step ``index`` any more; empty where they cannot be asked.

    Raises ``TemporaryError``.
    """
    if record.approval is None:
        return ""
    step, requester = record.approval.steps[index], record.approval.requester
    finder = _Finder(app, record, requester.name, requester.on_behalf_of)
    return next(iter(finder.eligible((administrator_of(finder.settings),), beside=step.seats)), "")


class _Finder:
    """Looks approvers of one message up; every person is asked for once."""

    def __init__(self, app: App, record: MessageRecord, *requesters: str) -> None:
        self._app = app
        self._record = record
        self._requesters = tuple(name for name in requesters if "@" in name)  # the system's name is no address
        self._tenant_id = record.ref.tenant_id
        self.settings = app.settings.tenant(self._tenant_id)
        self._internal = DomainSet(self.settings.internal_domains)
        self._known: dict[str, Person] = {}
        self._asked: set[str] = set()
        self._look_up((sender_of(record), *self._requesters))

    def seats(self, call: ApprovalCall) -> tuple[str, ...]:
        """Whom a policy names, as far as they can approve this message."""
        if call.approvers == "manager":
            return self._managers()
        if call.approvers == "addresses":
            return self.eligible(call.addresses)
        members = self._app.directory.members(self._tenant_id, call.group, MOST_SEATS + 2)
        self._remember(members)
        return self.eligible(person.address for person in members)

    def eligible(self, addresses: Iterable[str], beside: Iterable[str] = ()) -> tuple[str, ...]:
        """Normal addresses of those who can be asked, each person once, without those ``beside``."""
        wanted = tuple(dict.fromkeys(normal_address(address) for address in addresses if address))
        self._look_up((*wanted, *beside))
        people, taken = People(self._known), list(beside)
        found: list[str] = []
        for address in wanted:
            if len(found) < MOST_SEATS and self._can(address, people) and not _among(address, taken, people):
                found.append(address)
                taken.append(address)
        return tuple(found)

    def first_manager(self, person: str, beside: Iterable[str] = ()) -> tuple[str, ...]:
        """The nearest manager above ``person`` who can be asked; nobody, where the chain ends before."""
        for manager in self._chain(person):
            if found := self.eligible((manager,), beside):
                return found
        return ()

    def _managers(self) -> tuple[str, ...]:
        """Above the sender; for a sender without a manager (a shared mailbox) above who releases."""
        for person in (sender_of(self._record), *self._requesters[:1]):
            if found := self.first_manager(person):
                return found
        return ()

    def _chain(self, person: str) -> Iterator[str]:
        seen = {normal_address(person)}
        for _ in range(MOST_MANAGERS):
            self._look_up((person,))
            known = self._known.get(person.lower()) or self._known.get(normal_address(person))
            if known is None or not known.manager or normal_address(known.manager) in seen:
                return
            person = known.manager
            seen.add(normal_address(person))
            yield person

    def _can(self, address: str, people: People) -> bool:
        known = self._known.get(address.lower())
        if known is not None and (not known.active or known.members > 1):
            return False
        if known is not None and known.kind is PersonKind.SHARED and not self._has_proxy(address):
            return False
        return domain_of(address) in self._internal and not is_barred(self._record, address, people, *self._requesters)

    def _has_proxy(self, mailbox: str) -> bool:
        """Whether somebody can answer for a shared mailbox now."""
        people = people_of(self._app, self._tenant_id, (mailbox,), (sender_of(self._record), *self._requesters))
        proxies = people.proxies_of(mailbox, self._app.clock.now())
        return any(not is_barred(self._record, proxy, people, *self._requesters) for proxy in proxies)

    def _look_up(self, addresses: Iterable[str]) -> None:
        spellings = (str, normal_address, untagged_address)
        wanted = {spelled(address) for address in addresses if address for spelled in spellings}
        missing = sorted(wanted - self._asked)
        if missing:
            self._asked.update(missing)
            self._known |= self._app.directory.people(self._tenant_id, missing)

    def _remember(self, people: Iterable[Person]) -> None:
        for person in people:
            self._known[person.address.lower()] = person
            self._asked |= {person.address, normal_address(person.address)}


def _among(address: str, taken: Iterable[str], people: People) -> bool:
    return any(people.same(address, other) for other in taken)

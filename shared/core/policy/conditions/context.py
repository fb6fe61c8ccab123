"""``MatchContext``: everything that conditions may ask, gathered before they are asked. Decide stage.

Facts come with every message. What costs more (directory answers, the text of the body, a look into archives) comes as
a value or as a callable, and only conditions that ask pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache

from shared.core.message.domains import normal_address, normal_domain
from shared.core.message.facts import MessageFacts, RecipientFacts
from shared.core.policy.address_patterns import AddressPatterns
from shared.core.policy.conditions.model import AddressList
from shared.core.policy.conditions.spelled import Spelled, fold
from shared.core.policy.same import Same

_NOTHING: Mapping[str, AddressPatterns] = {}
_NOBODY: Mapping[str, frozenset[str]] = {}


def no_text() -> str:
    """No body text at hand."""
    return ""


def no_parts() -> Mapping[str, bool]:
    """No look into archives at hand."""
    return {}


@dataclass(frozen=True)
class MatchContext:
    """One message and what is known around it.

    ``lists`` are the tenant's address lists by id. ``sender_groups`` and ``recipient_groups`` (by normal address) hold
    groups with every group above them, names folded by ``fold``. ``managers`` is the sender's chain of managers, the
    nearest first. ``local_time`` is the moment of judging in the tenant's zone; where it is ``None`` no condition on time
    matches. ``body_text`` gives the decoded text of the body, bounded; ``encrypted_parts`` the part numbers of attachments
    that are, or hold, encrypted archives, and whether all that they hold is encrypted. Both are called once at most.
    """

    facts: MessageFacts
    lists: Mapping[str, AddressPatterns] = field(default_factory=lambda: _NOTHING)
    sender_groups: frozenset[str] = frozenset()
    managers: tuple[str, ...] = ()
    recipient_groups: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NOBODY)
    local_time: datetime | None = None
    body_text: Callable[[], str] = no_text
    encrypted_parts: Callable[[], Mapping[str, bool]] = no_parts

    @cached_property
    def answers(self) -> dict[object, bool]:
        """What conditions have answered about this message so far, by condition (``tree.py``)."""
        return {}

    @cached_property
    def subject(self) -> Spelled | None:
        """The subject for comparison; ``None`` where there is none."""
        return None if self.facts.subject is None else Spelled(self.facts.subject)

    @cached_property
    def recipients(self) -> tuple[ComparedRecipient, ...]:
        """The envelope recipients for comparison."""
        return tuple(ComparedRecipient(recipient) for recipient in self.facts.recipients)

    @cached_property
    def body(self) -> tuple[Spelled, ...]:
        """The body text in the forms that are searched.

        White space counts as one space; a second form has no line breaks at all, since Japanese text is broken within
        words.
        """
        text = self.body_text()
        if not text:
            return ()
        spaced = Spelled(" ".join(text.split()))
        joined = Spelled("".join(line.strip() for line in text.splitlines()))
        return (spaced,) if joined.raw == spaced.raw else (spaced, joined)

    @cached_property
    def encrypted(self) -> Mapping[str, bool]:
        """Part numbers of attachments that are, or hold, encrypted archives; true where nothing else is in them."""
        return self.encrypted_parts()

    @cached_property
    def headers(self) -> Mapping[str, tuple[Spelled, ...]]:
        """Header fields by lower-case name."""
        found: dict[str, list[Spelled]] = {}
        for name, value in self.facts.headers:
            found.setdefault(name.lower(), []).append(Spelled(value.strip()))
        return {name: tuple(values) for name, values in found.items()}

    @cached_property
    def sender(self) -> str:
        """The envelope sender in normal form, empty for the null sender."""
        return normal_address(self.facts.envelope.reverse_path)

    def groups_of(self, recipient: ComparedRecipient) -> frozenset[str]:
        """The groups of a recipient; none where the directory does not know it."""
        return self.recipient_groups.get(recipient.address, frozenset())

    def in_groups(self, groups: Sequence[str], not_groups: Sequence[str]) -> bool:
        """Whether the sender is in one of ``groups`` (or it is empty) and in none of ``not_groups``."""
        if not groups and not not_groups:
            return True
        wanted = [fold(group) for group in groups]
        return (not wanted or any(group in self.sender_groups for group in wanted)) and not any(
            fold(group) in self.sender_groups for group in not_groups
        )

    def without(self, recipients: Iterable[RecipientFacts]) -> MatchContext:
        """The same message as if some recipients were not there."""
        gone = {id(recipient) for recipient in recipients}
        left = tuple(recipient for recipient in self.facts.recipients if id(recipient) not in gone)
        return replace(self, facts=replace(self.facts, recipients=left))


class ComparedRecipient:
    """A recipient with its address in the forms that tests compare."""

    __slots__ = ("address", "domain", "facts", "spelled", "spelled_domain")

    def __init__(self, facts: RecipientFacts) -> None:
        self.facts = facts
        self.address = normal_address(facts.address)
        self.domain = normal_domain(facts.domain)
        self.spelled = spellings(facts.address, self.address)
        self.spelled_domain = spellings(facts.address.rpartition("@")[2] or facts.domain, self.domain)


def spellings(written: str, normal: str) -> tuple[Spelled, ...]:
    """Normal form first, and what was written where it differs: an international domain may be looked for in either."""
    return (Spelled(normal),) if fold(written) == normal else (Spelled(normal), Spelled(written))


@lru_cache(maxsize=256)
def _patterns(key: Same[AddressList]) -> AddressPatterns:
    return AddressPatterns(key.of.entries)


def compiled_lists(lists: Iterable[AddressList]) -> Mapping[str, AddressPatterns]:
    """The tenant's lists ready for look-ups, by id; compiled once as long as the settings live."""
    return {item.id: _patterns(Same(item)) for item in lists}

"""By which beginnings a person is found: the address, words of the name, and the name as a whole. Pure; used by directories."""

from __future__ import annotations

from shared.core.message.domains import normal_address, normal_local
from shared.core.people.person import Person
from shared.core.policy.conditions.spelled import fold

MOST_TOKENS = 8
LONGEST_TOKEN = 24
"""Characters of a word that count; whoever types more finds nobody more exactly."""


def name_tokens(person: Person) -> tuple[str, ...]:
    """The words of the display name and all of it without spaces, folded in case and width, each once, by alphabet."""
    words = fold(person.display_name).split()
    found = {word[:LONGEST_TOKEN] for word in ("".join(words), *words[: MOST_TOKENS - 1]) if word}
    return tuple(sorted(found))


def address_beginning(text: str) -> str:
    """What the normal address begins with of everybody whose address begins with ``text``.

    The beginning of a domain in its own script says nothing about how its A-labels begin, so only what stands before it.
    """
    beginning = text.strip().lower()
    local, at, domain = beginning.rpartition("@")
    if not at:
        return beginning
    return f"{normal_local(local)}@{domain.rstrip('.') if domain.isascii() else ''}"


def address_begins(person: Person, text: str) -> bool:
    """Whether the person's address begins with what somebody typed, as it was written or in normal form."""
    beginning, normal = text.strip().lower(), normal_address(person.address)
    if not normal.startswith(address_beginning(text)):
        return False
    is_all = beginning.rpartition("@")[2].isascii()  # else the domain was left out so far
    return is_all or person.address.lower().startswith(beginning) or normal == normal_address(text)


def wanted_token(text: str) -> str:
    """What somebody typed, in the same form; empty for nothing."""
    return "".join(fold(text).split())[:LONGEST_TOKEN]


def found_by(person: Person, wanted: str) -> str:
    """The first of the person's tokens that begins so; empty for none."""
    return next((token for token in name_tokens(person) if token.startswith(wanted)), "")

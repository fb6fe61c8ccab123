"""By which beginnings a person is found: words of the name, and the name as a whole. Pure; used by directories."""

from __future__ import annotations

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


def wanted_token(text: str) -> str:
    """What somebody typed, in the same form; empty for nothing."""
    return "".join(fold(text).split())[:LONGEST_TOKEN]


def found_by(person: Person, wanted: str) -> str:
    """The first of the person's tokens that begins so; empty for none."""
    return next((token for token in name_tokens(person) if token.startswith(wanted)), "")

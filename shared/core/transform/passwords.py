"""Passwords of encrypted attachments: made by a policy's rules, or fixed by a person and judged here. Stage 4b.

Randomness comes in as a function; every password that fits the rules is equally likely (the simple discard method of NIST SP
800-90A Rev. 1, appendix A.5.1). Only ASCII is used: programs do not agree on the bytes of anything else.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.errors import InvalidSettings

SHORTEST = 8
LONGEST = 64
"""Characters; WinZip's own format allows 99, and nobody types more than this."""
AMBIGUOUS = frozenset("0Oo1lI|")
"""Characters that look alike in print and in many fonts."""
_CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digit": string.digits,
    # On every keyboard in the same look: a Japanese one shows \ as a yen sign and ~ as a line above.
    "symbol": "!#$%&*+-=?@_",
}
_LEAST_DIFFERENT = 5
_WELL_KNOWN = (
    "password", "passw0rd", "qwerty", "asdf", "zxcv", "1q2w3e", "letmein", "welcome", "iloveyou", "admin", "himitsu", "pasuwado",
)  # fmt: skip
_MOST_TRIES = 1000

Random = Callable[[int], bytes]
"""Gives that many random bytes, fit for cryptography."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What generated passwords look like.

    ``length`` is in characters, ``SHORTEST`` to ``LONGEST``. Of each class (``lower``, ``upper``, ``digit``, ``symbol``) at least
    one character occurs. With ``exclude_ambiguous`` those of ``AMBIGUOUS`` do not. Raises ``InvalidSettings`` for anything else.
    """

    length: int = 12
    classes: tuple[str, ...] = ("lower", "upper", "digit")
    exclude_ambiguous: bool = True

    def __post_init__(self) -> None:
        if not SHORTEST <= self.length <= LONGEST:
            raise _invalid(f"A password has {SHORTEST} to {LONGEST} characters.")
        if not self.classes or len(set(self.classes)) < len(self.classes) or not set(self.classes) <= _CLASSES.keys():
            raise _invalid(f"Character classes are one or more of {', '.join(_CLASSES)}, each once.")

    @property
    def alphabets(self) -> tuple[str, ...]:
        """The characters of each class."""
        excluded = AMBIGUOUS if self.exclude_ambiguous else frozenset()
        return tuple("".join(sign for sign in _CLASSES[name] if sign not in excluded) for name in self.classes)


def generate(policy: PasswordPolicy, random: Random) -> str:
    """A password by the policy's rules. Raises ``ValueError`` where ``random`` is not random."""
    alphabets = policy.alphabets
    letters = "".join(alphabets)
    for _ in range(_MOST_TRIES):
        # Thrown away whole where a class is missing: putting one in would make some passwords likelier than others.
        password = pick(letters, policy.length, random)
        if all(any(sign in alphabet for sign in password) for alphabet in alphabets):
            return password
    raise ValueError("the source of randomness repeats itself")


def pick(letters: str, count: int, random: Random) -> str:
    """``count`` characters of ``letters`` (256 at most), each equally likely. Raises ``ValueError`` where ``random`` is not random."""
    bound = 256 - 256 % len(letters)
    found = ""
    for _ in range(_MOST_TRIES):
        found += "".join(letters[byte % len(letters)] for byte in random(count) if byte < bound)
        if len(found) >= count:
            return found[:count]
    raise ValueError("the source of randomness repeats itself")


def weaknesses(password: str) -> tuple[str, ...]:
    """What is wrong with a fixed password, as stable words; nothing for one that may be used."""
    found = []
    if not all("!" <= sign <= "~" for sign in password):
        found.append("not-ascii")
    if len(password) < SHORTEST:
        found.append("too-short")
    if len(password) > LONGEST:
        found.append("too-long")
    if len(set(password)) < _LEAST_DIFFERENT:
        found.append("too-few-different")
    if sum(any(sign in alphabet for sign in password) for alphabet in _kinds()) < 2:
        found.append("one-class")
    if _longest_run(password) * 2 > len(password):
        found.append("sequence")
    if any(word in password.lower() for word in _WELL_KNOWN):
        found.append("well-known")
    return tuple(found)


def check_fixed(password: str) -> str:
    """The password, if it may be used. Raises ``InvalidSettings`` that names what is wrong and never the password."""
    found = weaknesses(password)
    if found:
        raise _invalid(
            f"The password is not strong enough ({', '.join(found)}). Use {SHORTEST} to {LONGEST} ASCII letters, digits and"
            " symbols of at least two kinds, no well-known words and no long sequences."
        )
    return password


def _kinds() -> Sequence[str]:
    return string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation


def _longest_run(text: str) -> int:
    """Length of the longest stretch whose characters go up by one, down by one, or stay the same."""
    longest = run = min(len(text), 1)
    last_step = None
    for one, two in pairwise(text):
        step = ord(two) - ord(one)
        if step in (-1, 0, 1):
            run = run + 1 if step == last_step else 2
        else:
            run = 1
        last_step = step
        longest = max(longest, run)
    return longest


def _invalid(sentence: str) -> InvalidSettings:
    return InvalidSettings(sentence, public=sentence)

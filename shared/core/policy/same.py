"""``Same``: a settings object as the key of a cache, compared by identity. Decide stage.

Settings live for many messages, and comparing them by value would cost more than what a cache saves. The key holds its
object, so that the identity cannot pass to another one while the entry lives.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Same(Generic[Thing]):
    """Equal to another one exactly when both are of one object."""

    __slots__ = ("of",)

    def __init__(self, of: Thing) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.of is self.of

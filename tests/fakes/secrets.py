"""``FakeSecrets``: the ``Secrets`` port with keys and passwords that a test names."""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.message.keys import SigningKey
from shared.errors import NotFound

DEFAULT_KEYS = {
    "link": (SigningKey("link-1", b"link-key-of-the-tests-0123456789"),),
    "trace": (SigningKey("trace-1", b"trace-key-of-the-tests-012345678"),),
    "seal": (SigningKey("seal-1", b"seal-key-of-the-tests-0123456789"),),
    "egress": (SigningKey("egress-1", b"egress-key-of-the-tests-01234567"),),
}


class FakeSecrets:
    """``keys`` and ``passwords`` may be changed at any time."""

    def __init__(
        self,
        passwords: Mapping[str, str] | None = None,
        keys: Mapping[str, tuple[SigningKey, ...]] | None = None,
    ) -> None:
        self.passwords = dict(passwords or {})
        self.keys = dict(DEFAULT_KEYS if keys is None else keys)

    def signing_keys(self, purpose: str) -> tuple[SigningKey, ...]:
        """See the port."""
        if not self.keys.get(purpose):
            raise NotFound(f"there is no signing key for {purpose!r}")
        return self.keys[purpose]

    def secret(self, name: str) -> str:
        """See the port."""
        if name not in self.passwords:
            raise NotFound(f"there is no secret named {name!r}")
        return self.passwords[name]

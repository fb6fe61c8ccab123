"""The words by which Exchange Online sees that a message has passed Matta already. Stage 4b, and onboarding.

Where the next hop is Exchange Online itself, its mail flow rule would send the message to Matta again. A rule can only
compare a header with fixed words, so the word is a secret of the tenant, derived from a key of the installation. It is a
hint for Exchange's routing and nothing else: whoever reads the header of such a message can copy it and so pass Matta by
(the rule that excludes it should demand the connector from Matta, too, and a second one take the header off). Matta itself
never believes it; ``trace.py`` has the mark that is bound to a message.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence

from shared.core.message.keys import SigningKey

PASS_FIELD = "X-Matta-Passed"  # noqa: S105  # a header name, no password
"""Name of the header field."""
_BYTES = 20


def pass_words(tenant_id: str, keys: Sequence[SigningKey]) -> tuple[str, ...]:
    """One word for each live key, the present one first; a rule must know all of them. 32 letters and digits each."""
    return tuple(_word(tenant_id, key) for key in keys)


def pass_field(tenant_id: str, keys: Sequence[SigningKey]) -> bytes:
    """The header field with all live words, folded, ASCII, with CRLF.

    All of them, so that a new key breaks no rule that knows the old word only: the rule is brought up to date while both
    keys are live.
    """
    words = "\r\n\t".join(pass_words(tenant_id, keys))
    return f"{PASS_FIELD}: {words}\r\n".encode("ascii")


def _word(tenant_id: str, key: SigningKey) -> str:
    tenant = tenant_id.encode()
    digest = hmac.new(key.secret, b"matta-passed-v1:%d:%s" % (len(tenant), tenant), hashlib.sha256).digest()
    return b32encode(digest[:_BYTES]).decode("ascii").lower()

"""``FakeSignOn``: the ``SignOnTokens`` port; a test says who is behind which header."""

from __future__ import annotations

from shared.ports_sign_on import NotSignedOn, SignOnClaims
from tests.fakes.trouble import Trouble


class FakeSignOn:
    """``people`` by the token after ``Bearer``. Methods for ``trouble``: ``check``."""

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.people: dict[str, SignOnClaims] = {}

    def check(self, authorization: str) -> SignOnClaims:
        """See the port."""
        with self.trouble.around("check"):
            claims = self.people.get(authorization.removeprefix("Bearer "))
            if claims is None:
                raise NotSignedOn("nobody's token")
            return claims

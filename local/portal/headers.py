"""The headers that the portal is served with: those of portal/public/staticwebapp.config.json, with the hosts of this
installation filled into the content security policy.

The file in the repository names no host, so that a portal whose hosts were forgotten reaches nobody. ``python -m
local.portal.headers FILE`` writes them into a built portal (infra/hooks/portal_headers.sh); ``python -m local.portal``
serves with them. Local tooling and deployment; no stage of the mail flow.

MSAL renews tokens by fetching from the provider, and, once the refresh token is over, in a hidden frame: the provider's
page, which then redirects to the portal's own address within that frame. So the provider may be framed, and the portal by
itself alone (learn.microsoft.com/entra/identity-platform/msal-js-sso).
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from shared.settings import ProcessSettings

CONFIGURATION = "staticwebapp.config.json"
_POLICY = "Content-Security-Policy"


def with_hosts(text: str, api: str, sign_on: str) -> str:
    """The file's text with the API and the provider allowed; those that are allowed already are not named twice.

    :raises ValueError: an address without a host, or no policy to add to.
    """
    found = json.loads(text)
    policy = found["globalHeaders"][_POLICY]
    policy = _allow(policy, "connect-src", (origin(api), origin(sign_on)))
    found["globalHeaders"][_POLICY] = _allow(policy, "frame-src", (origin(sign_on),))
    return json.dumps(found, indent=2) + "\n"


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.netloc or any(one in parts.netloc for one in " ;,'*"):
        raise ValueError(f"{url!r} is no address of a host")
    return f"{parts.scheme}://{parts.netloc}"


def _allow(policy: str, directive: str, origins: Iterable[str]) -> str:
    pieces = [piece.split() for piece in policy.split(";")]
    [wanted] = [piece for piece in pieces if piece[:1] == [directive]]
    wanted += [one for one in dict.fromkeys(origins) if one not in wanted]
    return "; ".join(" ".join(piece) for piece in pieces)


def main() -> None:
    """Fill the hosts in, from the variables that azd sets."""
    parser = argparse.ArgumentParser(prog="local.portal.headers")
    parser.add_argument("file", type=Path, help=CONFIGURATION)
    options = parser.parse_args()
    sign_on = os.environ.get("MATTA_SIGN_ON_AUTHORITY") or ProcessSettings(storage="").sign_on_authority
    options.file.write_text(
        with_hosts(options.file.read_text("utf-8"), os.environ["MATTA_PUBLIC_URL"], sign_on), "utf-8"
    )


if __name__ == "__main__":
    main()

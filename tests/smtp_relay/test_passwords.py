"""Password hashes: made, checked, and refused where they are of another form or too costly."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from smtp_relay.passwords import UnusableHash, check_password, hash_password

SALT = base64.b64encode(b"0123456789abcdef").decode()
HASH = base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize("password", ["secret", "日本語のパスワード", "x" * 1024, " leading and trailing "])
def test_password_fits_its_own_hash_and_no_other_does(password: str) -> None:
    made = hash_password(password)
    assert check_password(password.encode(), made)
    assert not check_password(password.encode() + b"x", made)
    assert not check_password(b"", made)


def test_same_password_has_another_hash_each_time() -> None:
    assert hash_password("secret") != hash_password("secret")


def test_hash_is_that_of_rfc_7914() -> None:
    # Third test vector of RFC 7914 section 12.
    digest = bytes.fromhex(
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    )
    salt = base64.b64encode(b"SodiumChloride").decode()
    assert check_password(b"pleaseletmein", f"scrypt$16384$8$1${salt}${base64.b64encode(digest).decode()}")


@pytest.mark.parametrize("password", ["", "x" * 1025], ids=["empty", "too long"])
def test_unsuitable_password_has_no_hash(password: str) -> None:
    with pytest.raises(ValueError, match="1 to 1024"):
        hash_password(password)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("secret", id="plain text"),
        pytest.param(f"bcrypt$16384$8$1${SALT}${HASH}", id="another kind"),
        pytest.param(f"scrypt$16384$8$1${SALT}", id="too few pieces"),
        pytest.param(f"scrypt$x$8$1${SALT}${HASH}", id="no number"),
        pytest.param(f"scrypt$16383$8$1${SALT}${HASH}", id="no power of two"),
        pytest.param(f"scrypt$1$8$1${SALT}${HASH}", id="n too small"),
        pytest.param(f"scrypt$1073741824$8$1${SALT}${HASH}", id="too much memory"),
        pytest.param(f"scrypt$16384$8$1000000${SALT}${HASH}", id="too much time"),
        pytest.param(f"scrypt$16384$8$1$%%%${HASH}", id="salt not base64"),
        pytest.param(f"scrypt$16384$8$1${SALT}$", id="no hash"),
        pytest.param(f"scrypt$16384$8$1$${HASH}", id="no salt"),
    ],
)
def test_unusable_hash_is_said_to_be_so(text: str) -> None:
    with pytest.raises(UnusableHash):
        check_password(b"secret", text)


def test_program_prints_a_hash_of_what_it_reads() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smtp_relay.passwords"], input="secret\n", capture_output=True, text=True, check=True
    )
    assert check_password(b"secret", done.stdout.strip())

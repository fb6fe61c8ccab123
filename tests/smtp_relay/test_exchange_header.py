"""What a header says about the sending organisation, and where a header ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_relay.exchange_header import end_of_header, sending_organisation

ONE = "11111111-2222-3333-4444-555555555555"
OTHER = "99999999-2222-3333-4444-555555555555"
ID = "X-MS-Exchange-CrossTenant-Id"


@pytest.mark.parametrize(
    ("data", "end"),
    [
        pytest.param(b"A: b\r\n\r\nbody", 6, id="an empty line"),
        pytest.param(b"A: b\n\nbody", 5, id="an empty line of bare LFs"),
        pytest.param(b"A: b\r\n\nbody", 6, id="a mixed one"),
        pytest.param(b"A: b\n\r\nbody", 5, id="mixed the other way"),
        pytest.param(b"A: b\r\n\r\r\nbody", 6, id="with one CR too many"),
        pytest.param(b"\r\nbody", 0, id="no header at all"),
        pytest.param(b"\nbody", 0, id="no header and a bare LF"),
        pytest.param(b"A: b\r\nC: d\r\n", -1, id="not over yet"),
        pytest.param(b"A: b\r\n \r\nC: d\r\n", -1, id="a blank continuation line is no empty line"),
        pytest.param(b"", -1, id="nothing"),
    ],
)
def test_a_header_ends_at_the_first_line_that_anybody_could_take_for_empty(data: bytes, end: int) -> None:
    assert end_of_header(data) == end


@pytest.mark.parametrize(
    ("header", "directory", "domains"),
    [
        pytest.param(f"{ID}: {ONE}\r\nX-OriginatorOrg: Aozora.Example\r\n", ONE, {"aozora.example"}, id="both"),
        pytest.param(f"{ID.upper()} :\r\n\t{ONE.upper()}\r\n", ONE, set(), id="folded, in capitals"),
        pytest.param(f"{ID}: {ONE}\r\n{ID}: {ONE}\r\n", ONE, set(), id="twice the same"),
        pytest.param(f"{ID}: {ONE}\r\nSubject: x\r\n{ID}: {OTHER}\r\n", "", set(), id="another one below"),
        pytest.param(f"{ID}: {OTHER}\r\n{ID.lower()}: {ONE}\r\n", "", set(), id="another one above"),
        pytest.param(f"{ID}: {ONE} {OTHER}\r\n", "", set(), id="two in one"),
        pytest.param(f"{ID}:\r\n", "", set(), id="empty"),
        pytest.param(f"X-{ID}: {ONE}\r\n", "", set(), id="another field"),
        pytest.param(f"Subject: a\r\n {ID}: {ONE}\r\n", "", set(), id="inside a folded field"),
        pytest.param(f"Subject: {ID}: {ONE}\r\n", "", set(), id="inside a subject"),
        pytest.param("", "", set(), id="nothing"),
    ],
)
def test_what_a_header_says(header: str, directory: str, domains: set[str]) -> None:
    found = sending_organisation(header.encode())
    assert (found.directory, found.domains) == (directory, frozenset(domains))


@given(st.binary(max_size=400), st.booleans())
def test_no_header_makes_it_fail_and_a_second_value_always_spoils_the_first(noise: bytes, above: bool) -> None:
    clean = noise.replace(b"\0", b"")
    first, second = f"{ID}: {ONE}\r\n".encode(), f"\r\n{ID}: {OTHER}\r\n".encode()
    assert sending_organisation(first + clean + second if above else second + clean + b"\r\n" + first).directory == ""

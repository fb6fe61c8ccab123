"""People and groups out of a file."""

from __future__ import annotations

import json

import pytest

from local.directory_file import read_directory
from shared.core.people.person import PersonKind
from shared.errors import InvalidSettings
from shared.ports import Group, Person


def test_people_and_groups_are_found_without_regard_to_case() -> None:
    directory = read_directory(
        json.dumps(
            {
                "people": [{"address": "Sato@Acme.example", "manager": "boss@acme.example", "groups": ["sales"]}],
                "groups": [{"id": "Sales", "above": ["company"]}],
            }
        ).encode()
    )
    sato = Person("Sato@Acme.example", manager="boss@acme.example", groups=("sales",))
    assert directory.people("any", ["SATO@acme.example", "x@acme.example"]) == {"sato@acme.example": sato}
    assert directory.groups("any", ["SALES", "x"]) == {"sales": Group("Sales", above=("company",))}


def test_directory_ids_and_shared_mailboxes_are_read() -> None:
    directory = read_directory(b'{"people": [{"address": "info@acme.example", "id": "1", "kind": "shared"}]}')
    found = directory.people("any", ["info@acme.example"])["info@acme.example"]
    assert found == Person("info@acme.example", id="1", kind=PersonKind.SHARED)


def test_empty_document_knows_nobody() -> None:
    assert read_directory(b"{}").people("any", ["a@b.example"]) == {}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param(b"", "truncated", id="empty"),
        pytest.param(b'{"people": [{}]}', "missing required field `address`", id="person without address"),
        pytest.param(b'{"people": [{"address": 1}]}', "$.people[0].address", id="wrong type"),
        pytest.param(b"\xff", "malformed", id="no text"),
    ],
)
def test_document_that_is_none_is_refused_with_the_place(document: bytes, told: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        read_directory(document)
    assert told in refused.value.public

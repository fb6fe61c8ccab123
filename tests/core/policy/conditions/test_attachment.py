"""Conditions on attachments: presence, names, endings, sizes, encrypted archives."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import Attachment
from tests.support.conditions import answer, matches
from tests.support.message_facts import attachment, message_facts

XLSX = attachment("御見積書.XLSX", part="2", size=100)
TAR = attachment("backup.tar.gz", part="3", size=5000)
BARE = attachment("README", part="4", size=1)
LOGO = attachment("logo.png", part="5", size=9999, content_type="image/png", inline=True)
ALL = (XLSX, TAR, BARE, LOGO)


@pytest.mark.parametrize(
    ("options", "files", "matched"),
    [
        pytest.param({"test": "exists"}, (XLSX,), True, id="exists"),
        pytest.param({"test": "exists"}, (), False, id="exists: none"),
        pytest.param({"test": "exists"}, (LOGO,), False, id="exists: only a logo"),
        pytest.param({"test": "exists", "count_inline_images": True}, (LOGO,), True, id="exists: logo on request"),
        pytest.param({"test": "does-not-exist"}, (), True, id="does not exist"),
        pytest.param({"test": "does-not-exist"}, (LOGO,), True, id="does not exist: only a logo"),
        pytest.param({"test": "does-not-exist"}, (BARE,), False, id="does not exist: one"),
        pytest.param({"test": "extension", "values": ("xlsx",)}, ALL, True, id="ending without regard to case"),
        pytest.param({"test": "extension", "values": (".xlsx",)}, ALL, True, id="ending with its dot"),
        pytest.param({"test": "extension", "values": ("tar.gz",)}, ALL, True, id="ending of two pieces"),
        pytest.param({"test": "extension", "values": ("gz",)}, ALL, True, id="its last piece"),
        pytest.param({"test": "extension", "values": ("xls",)}, ALL, False, id="a part of an ending"),
        pytest.param({"test": "extension", "values": ("ＸＬＳＸ",)}, ALL, True, id="ending in full width"),
        pytest.param({"test": "extension", "operator": "not-equals", "values": ("pdf",)}, ALL, True, id="none ends so"),
        pytest.param({"test": "extension", "operator": "not-equals", "values": ("gz",)}, ALL, False, id="one ends so"),
        pytest.param(
            {"test": "extension", "operator": "not-equals", "values": ("gz",)}, (), True, id="no file ends so"
        ),
        pytest.param(
            {"test": "extension", "operator": "starts-with", "values": ("xls",)}, ALL, True, id="ending starts"
        ),
        pytest.param(
            {"test": "extension", "operator": "matches-wildcard", "values": ("*",)}, (BARE,), False, id="bare"
        ),
        pytest.param({"test": "name", "values": ("readme",)}, ALL, True, id="name"),
        pytest.param({"test": "name", "operator": "contains", "values": ("見積",)}, ALL, True, id="name contains"),
        pytest.param(
            {"test": "name", "operator": "not-contains", "values": ("見積",)}, ALL, False, id="some name does"
        ),
        pytest.param({"test": "name", "operator": "not-contains", "values": ("契約",)}, (), True, id="no name at all"),
        pytest.param({"test": "name", "operator": "starts-with", "values": ("back",)}, ALL, True, id="name starts"),
        pytest.param(
            {"test": "name", "operator": "matches-wildcard", "values": ("*.tar.??",)}, ALL, True, id="wildcard"
        ),
        pytest.param(
            {"test": "name", "operator": "matches-regex", "values": (r"^\p{Han}+\.",)}, ALL, True, id="pattern"
        ),
        pytest.param({"test": "size", "number": 5000}, ALL, True, id="one is so large"),
        pytest.param({"test": "size", "number": 5001}, ALL, False, id="no single one is, and a logo does not count"),
        pytest.param({"test": "size", "comparison": "<", "number": 2}, ALL, True, id="one is so small"),
        pytest.param({"test": "size", "comparison": ">=", "number": 0}, (), False, id="no file has no size"),
        pytest.param({"test": "total-size", "number": 5101}, ALL, True, id="together"),
        pytest.param({"test": "total-size", "comparison": ">", "number": 5101}, ALL, False, id="not more together"),
        pytest.param({"test": "total-size", "comparison": "<=", "number": 10}, (), False, id="no file has no total"),
        pytest.param({"test": "encrypted-zip"}, ALL, True, id="holds an encrypted archive"),
        pytest.param({"test": "encrypted-zip"}, (XLSX,), False, id="holds none"),
        pytest.param({"test": "no-encrypted-zip"}, (XLSX,), True, id="none is encrypted"),
        pytest.param({"test": "no-encrypted-zip"}, (), True, id="no file, none encrypted"),
        pytest.param({"test": "no-encrypted-zip"}, ALL, False, id="one is encrypted"),
    ],
)
def test_attachment(options: dict[str, object], files: tuple[object, ...], matched: bool) -> None:
    condition = Attachment(**options)  # type: ignore[arg-type]  # table
    facts = message_facts(attachments=files)  # type: ignore[arg-type]  # table
    assert matches(condition, facts, encrypted_parts=lambda: {"3": False}) == matched


def test_files_that_fit_are_marked_and_named() -> None:
    told = answer(Attachment(test="name", operator="contains", values=("r",)), message_facts(attachments=ALL))
    assert [anchor.value for anchor in told.anchors] == ["3", "4"]
    assert told.value == ("backup.tar.gz", "README")
    assert told.what == "attachment.name.contains"


def test_archives_are_looked_into_only_by_conditions_that_ask_and_once() -> None:
    looks: list[int] = []

    def look() -> dict[str, bool]:
        looks.append(1)
        return {}

    facts = message_facts(attachments=ALL)
    answer(Attachment(test="exists"), facts, encrypted_parts=look)
    assert looks == []
    answer(Attachment(test="encrypted-zip"), facts, encrypted_parts=look)
    assert looks == [1]

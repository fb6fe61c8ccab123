"""A tenant's words are used where they work; a text that fails never keeps a notice from going out."""

from __future__ import annotations

import logging

import pytest

from shared.core.notice.own_words import SAMPLE
from shared.core.policy.tenant_settings import HoldNotices, NoticeText
from shared.usecases.tenant_words import tenant_words
from tests.support.records import make_ref
from tests.support.settings import tenant_settings


def test_words_that_work_are_used() -> None:
    item = NoticeText(notice="receipt", language="en", subject="Sent: {{ file_name }}")
    words = tenant_words(tenant_settings(notices=HoldNotices(texts=(item,))), "receipt", "en", SAMPLE)
    assert words is not None
    assert (words.subject, words.text) == ("Sent: enc_20240313093000.zip", "")


def test_words_that_fail_give_way_to_ours_and_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    item = NoticeText(notice="receipt", language="en", text="{{ nothing }}")
    known = tenant_settings(notices=HoldNotices(texts=(item,)))
    with caplog.at_level(logging.WARNING, logger="matta"):
        assert tenant_words(known, "receipt", "en", SAMPLE, make_ref()) is None
    assert "notice-text" in caplog.text
    assert make_ref().queue_id in caplog.text
    assert SAMPLE.subject not in caplog.text


def test_nothing_is_logged_where_there_are_none(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="matta"):
        assert tenant_words(tenant_settings(), "receipt", "en", SAMPLE) is None
    assert caplog.text == ""

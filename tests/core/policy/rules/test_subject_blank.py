"""R6: the subject is blank."""

from __future__ import annotations

import pytest

from shared.core.policy.decision import Anchor, AnchorKind
from shared.core.policy.rules.subject_blank import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import message_facts

RULE = RuleAssignment(id="r", rule="subject-blank")


@pytest.mark.parametrize(
    ("subject", "blank"),
    [
        pytest.param(None, True, id="no field"),
        pytest.param("", True, id="empty"),
        pytest.param("  \t", True, id="spaces and tab"),
        pytest.param("\r\n ", True, id="folding left over"),
        pytest.param("\u3000\u3000", True, id="ideographic spaces"),
        pytest.param("\u00a0", True, id="no-break space"),
        pytest.param("\u200b\u200d\u2060\ufeff", True, id="zero width"),
        pytest.param("\u3164\u2800", True, id="Hangul filler and Braille blank"),
        pytest.param("\u00ad", True, id="soft hyphen"),
        pytest.param("\u200e\u202a", True, id="direction marks"),
        pytest.param("\x00", True, id="control character"),
        pytest.param("\ufe0f", True, id="variation selector alone"),
        pytest.param("件名", False, id="Japanese"),
        pytest.param("\u3000a\u3000", False, id="one letter among spaces"),
        pytest.param(".", False, id="a full stop"),
        pytest.param("-", False, id="a hyphen"),
        pytest.param("。", False, id="an ideographic full stop"),
        pytest.param("Re:", False, id="a reply mark alone is what people see"),
        pytest.param("Fw: ", False, id="a forward mark alone"),
        pytest.param("(no subject)", False, id="words that some client wrote"),
        pytest.param("\ufffd", False, id="what could not be decoded is visible"),
    ],
)
def test_blank_subject_is_held(subject: str | None, blank: bool) -> None:
    reason = match(message_facts(["a@x.example"], subject=subject), RULE)
    assert (reason is not None) is blank
    if reason is not None:
        assert reason.anchors == (Anchor(AnchorKind.SUBJECT),)
        assert reason.code == "rule.subject-blank"

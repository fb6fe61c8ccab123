"""R1: the message has attachments."""

from __future__ import annotations

import pytest

from shared.core.message.facts import AttachmentFacts
from shared.core.policy.decision import Anchor, AnchorKind
from shared.core.policy.rules.has_attachments import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import attachment, message_facts

RULE = RuleAssignment(id="r", rule="has-attachments", name="添付", description="説明")
COUNTING_IMAGES = RuleAssignment(id="r", rule="has-attachments", count_inline_images=True)
LOGO = attachment("logo.png", part="1.2", size=5, content_type="image/png", inline=True)
INLINE_PDF = attachment("契約書.pdf", part="2", size=7, content_type="application/pdf", inline=True)
EXCEL = attachment(part="3", size=11)


@pytest.mark.parametrize(
    ("assignment", "attachments", "parts"),
    [
        pytest.param(RULE, (), None, id="none"),
        pytest.param(RULE, (EXCEL,), ["3"], id="one file"),
        pytest.param(
            RULE, (INLINE_PDF, EXCEL), ["2", "3"], id="a document shown inline, as Apple Mail sends it, counts"
        ),
        pytest.param(RULE, (LOGO,), None, id="a logo in the body does not count"),
        pytest.param(RULE, (LOGO, EXCEL), ["3"], id="a logo beside a file is not marked"),
        pytest.param(COUNTING_IMAGES, (LOGO, EXCEL), ["1.2", "3"], id="images in the body count where set so"),
        pytest.param(
            RULE,
            (attachment("写真.jpg", part="2", content_type="image/jpeg"),),
            ["2"],
            id="an image that is attached counts",
        ),
        pytest.param(RULE, (attachment("", part="2"),), ["2"], id="a file without a name counts"),
    ],
)
def test_message_with_attachments_is_held(
    assignment: RuleAssignment, attachments: tuple[AttachmentFacts, ...], parts: list[str] | None
) -> None:
    reason = match(message_facts(["a@b.example"], attachments=attachments), assignment)
    if parts is None:
        assert reason is None
    else:
        assert reason is not None
        assert reason.anchors == tuple(Anchor(AnchorKind.ATTACHMENT, part) for part in parts)


def test_reason_tells_number_size_and_the_tenants_own_names() -> None:
    reason = match(message_facts(attachments=[INLINE_PDF, EXCEL]), RULE)
    assert reason is not None
    assert reason.code == "rule.has-attachments"
    assert dict(reason.args) == {"count": 2, "bytes": 18}
    assert (reason.rule_id, reason.name, reason.description) == ("r", "添付", "説明")

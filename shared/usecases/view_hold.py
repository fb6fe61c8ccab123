"""Show a message to the person a link was made for (stage 6). Changes nothing, however often it is opened."""

from __future__ import annotations

from collections.abc import Sequence

from shared import log
from shared.app import App
from shared.core.hold.record import MessageRecord
from shared.core.hold.shown_recipients import shown_recipients
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.formats import zone_of
from shared.core.notice.hold_view import HoldView, Preview
from shared.core.notice.preview import preview_text
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, hold_end, make_sheet
from shared.core.text.language import Language, choose_language
from shared.errors import PermanentError, TemporaryError
from shared.ports import Content
from shared.usecases.effective_settings import chosen_language, settings_for
from shared.usecases.hold_form import boxes_of, file_boxes_of
from shared.usecases.open_link import OpenedLink
from shared.usecases.plans import hold_plan
from shared.usecases.records_of_copies import records_of_copies

LONGEST_PREFIX = 1024 * 1024
"""Bytes of a message that are read for a preview; the text of all but odd mail lies within."""


def view_hold(app: App, opened: OpenedLink, chosen: str = "", accepted: Sequence[str] = ()) -> HoldView:
    """What the link's person sees of its message now.

    ``chosen`` is the language that they asked for on the page, ``accepted`` are those that their browser prefers; the
    directory's word stands between the two. Raises ``TemporaryError`` when storage cannot be reached.
    """
    record, person = opened.stored.record, opened.claims.person
    settings = settings_for(app, record.ref.tenant_id, record.envelope.reverse_path)
    return HoldView(
        person=person,
        language=page_language(app, record.ref.tenant_id, person, chosen, accepted, settings.notices.language),
        zone=zone_of(settings.time_zone),
        sheet=make_sheet(record, settings.internal_domains, records_of_copies(app, record)),
        end=hold_end(record, hold_plan(settings)),
        preview=message_preview(app, record),
        history=app.messages.events(record.ref),
        on_behalf_of=opened.standing.on_behalf_of,
        boxes=_boxes(record),
        file_boxes=file_boxes_of(record) if record.state.awaits_decision else (),
        approvals=tuple(dict.fromkeys(call.policy_name or call.policy for call in record.decision.approvals)),
        held_list=f"{app.process.portal_url.rstrip('/')}/held",
        approval=make_approval_sheet(record, settings.internal_domains) if record.approval is not None else None,
        shown=shown_recipients(record),
    )


def _boxes(record: MessageRecord) -> dict[str, int]:
    """By the address as it is shown."""
    if not record.state.awaits_decision:
        return {}
    return {one_line(address, LONGEST_ADDRESS): number for address, number in boxes_of(record).items()}


def read_prefix(content: Content, limit: int) -> bytes:
    """At most the first ``limit`` bytes; no more is read than the piece that reaches them."""
    pieces: list[bytes] = []
    size = 0
    for chunk in content.chunks():
        pieces.append(chunk[: limit - size])
        size += len(chunk)
        if size >= limit:
            break
    return b"".join(pieces)


def page_language(
    app: App, tenant_id: str, person: str, chosen: str, accepted: Sequence[str], default: Language
) -> Language:
    """The language of a page: as chosen on it, else the person's own, else their browser's, else ``default``."""
    own, wish = "", ""
    try:
        wish = chosen_language(app, tenant_id, person)
        known = app.directory.people(tenant_id, (person,)).get(person.lower())
    except TemporaryError as error:  # a page in another language is better than none
        log.trouble("directory", None, error)
    else:
        own = known.language if known else ""
    return choose_language(chosen, wish, own, *accepted, default=default)


def message_preview(app: App, record: MessageRecord) -> Preview:
    """The beginning of a message's text; an empty one where its bytes are gone. Raises ``TemporaryError``."""
    if record.body_deleted_at is not None:
        return Preview(deleted=True)
    try:
        content = app.spool.content("spool", record.ref)
        prefix = read_prefix(content, LONGEST_PREFIX)
    except PermanentError:  # the bytes are gone: retention took them
        return Preview()
    return preview_text(prefix, complete=content.size <= len(prefix))

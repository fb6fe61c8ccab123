"""HTTP trigger: the page that a link in a notice leads to (stage 6). GET and HEAD show; only POST can act."""

import azure.functions as func

from functions.web import (
    UnreadableForm,
    accepted_languages,
    chosen_language,
    is_cross_site,
    peer_of,
    read_form,
    respond,
)
from shared import wiring
from shared.usecases.hold_dialogue import Visit, plain_page, visit_hold
from shared.usecases.hold_form import HoldForm
from shared.usecases.web_page import Answer

bp = func.Blueprint()


@bp.function_name("hold_page")
@bp.route(route="h/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def hold_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the link's message."""
    app = wiring.build()
    token, language, accepted = req.route_params.get("token", ""), chosen_language(req), accepted_languages(req)
    visit = Visit(token, language, accepted, peer_of(req))
    if req.method != "POST":
        return respond(req, visit_hold(app, visit))
    if is_cross_site(req, app.process.public_url):
        return respond(req, plain_page(Answer.STALE, visit))
    try:
        fields = read_form(req)
    except UnreadableForm as refused:
        return respond(req, plain_page(Answer.UNREADABLE, visit), status=refused.status)
    form = HoldForm(
        action=fields.one("action"),
        acknowledged=fields.numbers("ack"),
        mark=fields.one("mark"),
        confirmed=fields.one("confirm") == "1",
        chosen=fields.one("choice") == "1",
        kept=fields.numbers("to"),
        kept_files=fields.words("file"),
        dropped=fields.numbers("drop"),
        dropped_files=fields.words("drop-file"),
        comment=fields.one("comment"),
    )
    return respond(req, visit_hold(app, Visit(token, language, accepted, visit.peer, form)))

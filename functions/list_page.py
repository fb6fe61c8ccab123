"""HTTP trigger: the list of somebody's held mail (stage 6). GET and HEAD show; only POST can act."""

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
from shared.usecases.hold_dialogue import Visit, plain_page
from shared.usecases.list_dialogue import ListForm, visit_list
from shared.usecases.web_page import Answer

bp = func.Blueprint()


@bp.function_name("list_page")
@bp.route(route="l/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def list_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the held messages of the link's person."""
    app = wiring.build()
    visit = Visit(req.route_params.get("token", ""), chosen_language(req), accepted_languages(req), peer_of(req))
    if req.method != "POST":
        return respond(req, visit_list(app, visit, str(req.params.get("after", ""))[:500]))
    if is_cross_site(req, app.process.public_url):
        return respond(req, plain_page(Answer.STALE, visit))
    try:
        fields = read_form(req)
    except UnreadableForm as refused:
        return respond(req, plain_page(Answer.UNREADABLE, visit), status=refused.status)
    form = ListForm(
        action=fields.one("action"),
        messages=tuple(sorted(fields.words("m"))),
        acknowledged=fields.pairs_of("ack"),
        mark=fields.one("mark"),
        confirmed=fields.one("confirm") == "1",
    )
    return respond(req, visit_list(app, visit, form=form))

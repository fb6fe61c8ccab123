"""HTTP trigger: the page that an approver's link leads to (stage 6). GET and HEAD show; only POST can act."""

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
from shared.usecases.approval_dialogue import ApprovalForm, visit_approval
from shared.usecases.hold_dialogue import Visit, plain_page
from shared.usecases.web_page import Answer

bp = func.Blueprint()


@bp.function_name("approval_page")
@bp.route(route="a/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def approval_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the link's request for approval."""
    app = wiring.build()
    visit = Visit(req.route_params.get("token", ""), chosen_language(req), accepted_languages(req), peer_of(req))
    if req.method != "POST":
        return respond(req, visit_approval(app, visit))
    if is_cross_site(req, app.process.public_url):
        return respond(req, plain_page(Answer.STALE, visit))
    try:
        fields = read_form(req)
    except UnreadableForm as refused:
        return respond(req, plain_page(Answer.UNREADABLE, visit), status=refused.status)
    form = ApprovalForm(fields.one("action"), fields.one("comment"), fields.one("mark"), fields.one("confirm") == "1")
    return respond(req, visit_approval(app, visit, form))

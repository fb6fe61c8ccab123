"""HTTP trigger: the page that the link in a receipt leads to (stage 6). GET and HEAD show; only POST can act."""

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
from shared.usecases.password_dialogue import PasswordForm, visit_passwords
from shared.usecases.web_page import Answer

bp = func.Blueprint()


@bp.function_name("password_page")
@bp.route(route="p/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def password_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the password notices of the link's message."""
    app = wiring.build()
    visit = Visit(req.route_params.get("token", ""), chosen_language(req), accepted_languages(req), peer_of(req))
    if req.method != "POST":
        return respond(req, visit_passwords(app, visit))
    if is_cross_site(req, app.process.public_url):
        return respond(req, plain_page(Answer.STALE, visit))
    try:
        fields = read_form(req)
    except UnreadableForm as refused:
        return respond(req, plain_page(Answer.UNREADABLE, visit), status=refused.status)
    form = PasswordForm(
        action=fields.one("action"),
        variant=fields.one("variant"),
        version=fields.one("version"),
        mark=fields.one("mark"),
        confirmed=fields.one("confirm") == "1",
    )
    return respond(req, visit_passwords(app, visit, form))

"""HTTP trigger: the page that a link in a notice leads to (stage 6). GET and HEAD show; only POST can act."""

from dataclasses import replace
from typing import TYPE_CHECKING

import azure.functions as func

from shared import wiring

if TYPE_CHECKING:
    from functions.web import FormFields
    from shared.usecases.hold_form import HoldForm

bp = func.Blueprint()


@bp.function_name("hold_page")
@bp.route(route="h/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def hold_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the link's message."""
    from functions.web import converse  # with the first request: a cold start is waited for
    from shared.usecases.hold_dialogue import visit_hold

    app = wiring.build()
    return converse(req, app.process.public_url, _form, lambda visit, form: visit_hold(app, replace(visit, form=form)))


def _form(fields: "FormFields") -> "HoldForm":
    from shared.usecases.hold_form import HoldForm

    return HoldForm(
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
        shown=fields.one("shown"),
    )

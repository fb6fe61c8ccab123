"""HTTP trigger: the page that an approver's link leads to (stage 6). GET and HEAD show; only POST can act."""

from typing import TYPE_CHECKING

import azure.functions as func

from shared import wiring

if TYPE_CHECKING:
    from functions.web import FormFields
    from shared.usecases.approval_dialogue import ApprovalForm

bp = func.Blueprint()


@bp.function_name("approval_page")
@bp.route(route="a/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def approval_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the link's request for approval."""
    from functions.web import converse  # with the first request: a cold start is waited for
    from shared.usecases.approval_dialogue import visit_approval

    app = wiring.build()
    return converse(req, app.process.public_url, _form, lambda visit, form: visit_approval(app, visit, form))


def _form(fields: "FormFields") -> "ApprovalForm":
    from shared.usecases.approval_dialogue import ApprovalForm

    return ApprovalForm(fields.one("action"), fields.one("comment"), fields.one("mark"), fields.one("confirm") == "1")

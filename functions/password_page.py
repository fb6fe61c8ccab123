"""HTTP trigger: the page that the link in a receipt leads to (stage 6). GET and HEAD show; only POST can act."""

from typing import TYPE_CHECKING

import azure.functions as func

from shared import wiring

if TYPE_CHECKING:
    from functions.web import FormFields
    from shared.usecases.password_dialogue import PasswordForm

bp = func.Blueprint()


@bp.function_name("password_page")
@bp.route(route="p/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def password_page(req: func.HttpRequest) -> func.HttpResponse:
    """The next page of the dialogue about the password notices of the link's message."""
    from functions.web import converse  # with the first request: a cold start is waited for
    from shared.usecases.password_dialogue import visit_passwords

    app = wiring.build()
    return converse(req, app.process.public_url, _form, lambda visit, form: visit_passwords(app, visit, form))


def _form(fields: "FormFields") -> "PasswordForm":
    from shared.usecases.password_dialogue import PasswordForm

    return PasswordForm(
        action=fields.one("action"),
        variant=fields.one("variant"),
        version=fields.one("version"),
        mark=fields.one("mark"),
        confirmed=fields.one("confirm") == "1",
    )

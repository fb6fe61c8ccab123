"""HTTP trigger: the page at the root, which says what this is and asks for nothing."""

import azure.functions as func

bp = func.Blueprint()


@bp.function_name("front_page")
@bp.route(route="/", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
def front_page(req: func.HttpRequest) -> func.HttpResponse:
    """The front page."""
    # With the first request: a cold start is waited for.
    from functions.web import accepted_languages, chosen_language, respond
    from shared.usecases.show_front import show_front

    return respond(req, show_front(chosen_language(req), accepted_languages(req)))

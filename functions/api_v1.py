"""HTTP trigger: the JSON API, one function for all of its routes (docs/adr/0055)."""

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("api_v1")
@bp.route(
    route="api/v1/{*path}",
    methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
def api_v1(req: func.HttpRequest) -> func.HttpResponse:
    """The answer of the route that the path names."""
    from functions.api.dispatch import (
        answer,  # the routes and their models load with the first request, not at the start
    )

    return answer(req, wiring.build)

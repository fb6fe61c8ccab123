"""HTTP trigger: whether this installation works, for probes and operators. Says nothing about any tenant."""

import json

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("health")
@bp.route(route="api/health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:
    """200 when every part answers, 503 otherwise."""
    from shared.usecases.check_health import check_health  # with the first request: a cold start is waited for

    report = check_health(wiring.build)
    return func.HttpResponse(
        json.dumps({"healthy": report.healthy, "parts": dict(report.parts)}),
        status_code=200 if report.healthy else 503,
        mimetype="application/json",
        headers={"Cache-Control": "no-store"},
    )

"""HTTP trigger: the endpoint to which Teams sends what people do with the bot (stage 6)."""

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("teams_messages")
@bp.route(route="api/teams/messages", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
def teams_messages(req: func.HttpRequest) -> func.HttpResponse:
    """The answer that the Bot Framework wants; the request proves itself by its token."""
    # With the first request: a cold start is waited for.
    from shared.usecases.receive_activity import LARGEST_BODY, receive

    body = req.get_body()
    if len(body) > LARGEST_BODY:
        return func.HttpResponse(b"", status_code=413)
    answer = receive(wiring.build(), req.headers.get("Authorization", ""), body)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if answer.retry_after:
        headers["Retry-After"] = str(answer.retry_after)
    return func.HttpResponse(
        answer.body, status_code=answer.status, headers=headers, mimetype="application/json", charset="utf-8"
    )

"""The function app: registers the blueprints, nothing else."""

import azure.functions as func

from functions import (
    api_v1,
    approval_page,
    deliver,
    evaluate,
    front_page,
    health,
    hold_page,
    notify,
    password_page,
    teams,
    timers,
)

app = func.FunctionApp()
for blueprint in (
    evaluate.bp,
    deliver.bp,
    notify.bp,
    timers.bp,
    hold_page.bp,
    approval_page.bp,
    password_page.bp,
    teams.bp,
    front_page.bp,
    health.bp,
    api_v1.bp,
):
    app.register_functions(blueprint)

"""Timer triggers: due work, the search for what an event was lost for, and counting.

Each loads what it does with its first run: a cold start is waited for, by whichever function it is for.
"""

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("run_due")
@bp.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", run_on_startup=False)
def run_due(timer: func.TimerRequest) -> None:
    """Reminders, ends of holds, retries, unsent effects, dead claims."""
    from shared.usecases.run_due import run_due as run_due_work

    run_due_work(wiring.build())


@bp.function_name("sweep_spool")
@bp.timer_trigger(arg_name="timer", schedule="*/30 * * * * *", run_on_startup=False)
def sweep_spool(timer: func.TimerRequest) -> None:
    """Messages in the spool without a decision."""
    from shared.usecases.sweep_spool import sweep_spool as sweep

    sweep(wiring.build())


@bp.function_name("recount_hours")
@bp.timer_trigger(arg_name="timer", schedule="30 */5 * * * *", run_on_startup=False)
def recount_hours(timer: func.TimerRequest) -> None:
    """Counters of reports and usage, for the hours whose messages changed; and what was seen long ago is forgotten."""
    from shared.usecases.forget_activities import forget_activities
    from shared.usecases.forget_copies import forget_copies
    from shared.usecases.recount_hours import recount_hours as recount
    from shared.usecases.watch_service import watch_service

    app = wiring.build()
    recount(app)
    forget_activities(app)
    forget_copies(app)
    watch_service(app)


@bp.function_name("apply_retention")
@bp.timer_trigger(arg_name="timer", schedule="45 */15 * * * *", run_on_startup=False)
def apply_retention(timer: func.TimerRequest) -> None:
    """Delete content, records and audit lines whose time is over, and write down the proof."""
    from shared.usecases.purge import purge

    purge(wiring.build())

"""What every ``OnboardingLog`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.adapters.onboarding_table import TableOnboardingLog
from shared.adapters.storage_clients import table_client
from shared.core.onboarding.canary import Canary, CanaryWay
from shared.core.onboarding.finding import FindingCode, Step, StepResult, StepState, finding
from shared.errors import Conflict, NotFound
from shared.ports_onboarding import MOST_CANARIES, OnboardingLog
from tests.fakes.onboarding_log import FakeOnboardingLog
from tests.support.records import NOW
from tests.support.threads import at_once

GOOD = finding(FindingCode.SPF_GOOD, StepState.OK, "aozora.example", ["v=spf1 …"], lookups=3)
RESULT = StepResult(Step.DNS, StepState.OK, NOW, "ito@aozora.example", (GOOD,))
CANARY = Canary("abcdefghijklmnop", CanaryWay.OUTSIDE, "ito@aozora.example", NOW, "ito@aozora.example")


@pytest.fixture(params=["fake", "table"])
def onboarding(request: pytest.FixtureRequest) -> OnboardingLog:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeOnboardingLog()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableOnboardingLog(process, table=name)


def test_a_secret_is_made_once_and_stays(onboarding: OnboardingLog) -> None:
    given = at_once(8, lambda number: onboarding.secret("demo", f"s{number}"))
    assert len(set(given)) == 1
    assert onboarding.secret("demo", "later") == given[0]
    assert onboarding.secret("other", "theirs") == "theirs"


def test_the_last_result_of_each_step_is_kept_in_order(onboarding: OnboardingLog) -> None:
    assert onboarding.results("demo") == ()
    domains = StepResult(Step.DOMAINS, StepState.TO_DO, NOW, "ito@aozora.example")
    for result in (RESULT, domains):
        assert onboarding.note("demo", result) == result
    later = replace(RESULT, state=StepState.FAILED, checked_at=NOW + timedelta(seconds=1), findings=())
    assert onboarding.note("demo", later) == later
    assert onboarding.note("demo", RESULT) == later  # a check that began earlier and took longer
    assert onboarding.results("demo") == (domains, later)
    assert onboarding.results("other") == ()


def test_of_results_at_the_same_time_the_latest_is_kept(onboarding: OnboardingLog) -> None:
    results = [replace(RESULT, checked_at=NOW + timedelta(seconds=number)) for number in range(6)]
    at_once(6, lambda number: onboarding.note("demo", results[number]))
    assert onboarding.results("demo") == (results[-1],)


def test_a_canary_is_seen_once(onboarding: OnboardingLog) -> None:
    for _ in range(2):
        onboarding.begin("demo", CANARY)
    with pytest.raises(Conflict):
        onboarding.begin("demo", replace(CANARY, recipient="other@aozora.example"))
    seen = at_once(6, lambda number: onboarding.seen("demo", CANARY.id, f"q{number}", NOW))
    assert seen.count(True) == 1
    assert seen.count(False) == 5
    (kept,) = onboarding.canaries("demo")
    assert kept == replace(CANARY, queue_id=f"q{seen.index(True)}", seen_at=NOW)
    assert not onboarding.seen("demo", CANARY.id, "later", NOW)
    assert not onboarding.seen("demo", "unknown", "q", NOW)
    assert not onboarding.seen("other", CANARY.id, "q", NOW)


def test_only_the_newest_canaries_are_kept(onboarding: OnboardingLog) -> None:
    for number in range(MOST_CANARIES + 3):
        started = NOW + timedelta(seconds=number)
        onboarding.begin("demo", replace(CANARY, id=f"id{number:02}", started_at=started))
    found = onboarding.canaries("demo")
    assert [canary.id for canary in found] == [f"id{number:02}" for number in range(MOST_CANARIES + 2, 2, -1)]


def test_what_is_no_tenant_has_no_log(onboarding: OnboardingLog) -> None:
    for call in (
        partial(onboarding.secret, "a'b", "x"),
        partial(onboarding.results, "a'b"),
        partial(onboarding.canaries, ""),
        partial(onboarding.note, "A", RESULT),
        partial(onboarding.begin, "a/b", CANARY),
        partial(onboarding.seen, "a/b", "x", "y", NOW),
    ):
        with pytest.raises(NotFound):
            call()

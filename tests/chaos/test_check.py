"""The checker finds every kind of crime, and excuses a second copy only where the window was held open by a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from local.chaos.check import (
    ARRIVED,
    BOUNCED,
    CHANGED,
    DISCARDED,
    HELD,
    INVENTED,
    LEAKED,
    LOST,
    TWICE,
    UNTOLD,
    check,
    excuse,
)
from local.chaos.ledgers import Answer, Books, Hit, Letter, Recorded, Report, Standing, Storing, Told, Unclear

A, B = "reader-001@aozora.example", "reader-002@aozora.example"
GONE = "gone-001@aozora.example"
Q, OTHER = "q" * 26, "r" * 26
ORDINARY = Letter(1, "sato@aozora.example", (A,), "right")
TO_DISCARD = replace(ORDINARY, decision="discard")
TO_RELEASE = replace(ORDINARY, decision="release")
FROM_NOBODY = replace(ORDINARY, sender="", recipients=(GONE,))
TO_GONE = replace(ORDINARY, recipients=(GONE,))
TOLD = Told(1, Q, (A,), 100.0)
TOLD_GONE = Told(1, Q, (GONE,), 100.0)
COPY = Storing(Q, 1, (A,), "right", 101.0)
SENT = Standing(Q, "ended", {A: "sent"})
FAILED = Standing(Q, "ended", {GONE: "failed"}, {GONE: "chaos: no such user"})
WAITING = Standing(Q, "waiting", {A: "pending"}, shown="held")
DISCARDED_STATE = Standing(Q, "discarded", {A: "pending"}, shown="discarded")
ACCEPTED = Answer(Q, 101.1, 1)
UNHEARD = Answer(Q, 106.0, 0)
AGAIN = replace(COPY, at=115.0)


def books(
    letter: Letter = ORDINARY,
    told: Sequence[Told] = (TOLD,),
    stored: Sequence[Storing] = (COPY,),
    standings: Sequence[Standing] = (SENT,),
    reports: Sequence[Report] = (),
    *,
    unclear: Sequence[Unclear] = (),
    asked: Sequence[int] = (),
    answers: Sequence[Answer] = (ACCEPTED,),
    recorded: Sequence[float] = (),
    hits: Sequence[Hit] = (),
) -> Books:
    entries = [Recorded(Q, at) for at in recorded]
    return Books([letter], told, unclear, stored, standings, reports, frozenset(asked), answers, entries, hits)


@pytest.mark.parametrize(
    ("ledgers", "fate"),
    [
        pytest.param(books(), ARRIVED, id="arrived as it was sent"),
        pytest.param(books(TO_RELEASE, stored=(), standings=(WAITING,), asked=(1,)), HELD, id="held, its sender asked"),
        pytest.param(books(TO_DISCARD, stored=(), standings=(DISCARDED_STATE,)), DISCARDED, id="discarded by decision"),
        pytest.param(
            books(TO_GONE, (TOLD_GONE,), (), (FAILED,), (Report(Q, GONE),)), BOUNCED, id="bounced, its sender told"
        ),
        pytest.param(books(FROM_NOBODY, (TOLD_GONE,), (), (FAILED,)), BOUNCED, id="bounced, and there is no sender"),
        pytest.param(
            books(told=(), unclear=(Unclear(1, 100.0),)), "", id="arrived without a 250: the client got no answer"
        ),
        pytest.param(
            books(told=(), unclear=(Unclear(1, 100.0, 451),), hits=(Hit("storage", "cut", 99.0, 101.0),)),
            "",
            id="arrived although deferred: storage did not tell the relay that it has it",
        ),
        pytest.param(
            books(
                stored=(COPY, replace(COPY, queue_id=OTHER)),
                standings=(SENT, replace(SENT, queue_id=OTHER)),
                unclear=(Unclear(1, 99.0),),
            ),
            ARRIVED,
            id="a client without an answer sent it again: two queue entries",
        ),
    ],
)
def test_honest_ledgers_have_no_finding(ledgers: Books, fate: str) -> None:
    verdict = check(ledgers)
    assert verdict.findings == []
    assert verdict.innocent
    assert verdict.fates == ({fate: 1} if fate else {})


@pytest.mark.parametrize(
    ("ledgers", "crime"),
    [
        pytest.param(books(stored=()), LOST, id="recorded as sent, and not there"),
        pytest.param(books(stored=(), standings=()), LOST, id="never judged"),
        pytest.param(
            books(stored=(), standings=(Standing(Q, "moving", {A: "pending"}),)), LOST, id="still moving in the end"
        ),
        pytest.param(
            books(told=(Told(1, Q, (A, B), 100.0),), standings=(Standing(Q, "ended", {A: "sent", B: "sent"}),)),
            LOST,
            id="one of two recipients is missing",
        ),
        pytest.param(
            books(TO_RELEASE, stored=(), standings=(DISCARDED_STATE,)), LOST, id="discarded, and nobody decided that"
        ),
        pytest.param(books(TO_GONE, (TOLD_GONE,), (), (FAILED,)), LOST, id="bounced, and its sender not told"),
        pytest.param(
            books(
                stored=(),
                standings=(Standing(Q, "ended", {A: "failed"}, {A: "time is over"}),),
                reports=(Report(Q, A),),
            ),
            LOST,
            id="bounced without a refusal",
        ),
        pytest.param(
            books(stored=(), standings=(Standing(Q, "ended", {A: "dropped"}),)),
            LOST,
            id="dropped, and nobody decided that",
        ),
        pytest.param(books(stored=(replace(COPY, digest="wrong"),)), CHANGED, id="other bytes"),
        pytest.param(
            books(told=(), unclear=(Unclear(1, 99.0),), stored=(replace(COPY, digest="wrong"),)),
            CHANGED,
            id="other bytes of what no client was told about",
        ),
        pytest.param(books(TO_RELEASE, standings=(WAITING,), asked=(1,)), LEAKED, id="arrived while it is held"),
        pytest.param(books(TO_DISCARD, standings=(DISCARDED_STATE,)), LEAKED, id="arrived although it was discarded"),
        pytest.param(
            books(standings=(Standing(Q, "ended", {A: "failed"}, {A: "chaos: full"}),), reports=(Report(Q, A),)),
            LEAKED,
            id="arrived, accepted, and reported as failed",
        ),
        pytest.param(books(stored=(COPY, AGAIN)), TWICE, id="twice without any fault"),
        pytest.param(books(told=(), stored=(COPY,)), INVENTED, id="arrived, and no client has sent it"),
        pytest.param(
            books(told=(), unclear=(Unclear(1, 100.0, 451),)), INVENTED, id="deferred without need, and arrived"
        ),
        pytest.param(books(TO_RELEASE, stored=(), standings=(WAITING,)), UNTOLD, id="held, and its sender not asked"),
    ],
)
def test_every_crime_is_found(ledgers: Books, crime: str) -> None:
    verdict = check(ledgers)
    assert {finding.crime for finding in verdict.findings} == {crime}
    assert not verdict.innocent


FUNCTIONS_KILLED = Hit("functions", "kill", 102.0, 104.0)
NEXT_HOP_CUT = Hit("next-hop", "cut", 103.0, 105.0)
STORAGE_AWAY = Hit("storage", "kill", 101.5, 108.0)
RELAY_KILLED = Hit("relay", "kill", 101.0, 108.0)
LONG_BEFORE = Hit("functions", "kill", 50.0, 60.0)


@pytest.mark.parametrize(
    ("answers", "recorded", "hits", "expected"),
    [
        pytest.param((), (), (FUNCTIONS_KILLED,), "unheard", id="the worker died before it heard the answer"),
        pytest.param((UNHEARD,), (106.1,), (NEXT_HOP_CUT,), "unheard", id="the answer was cut, and that was recorded"),
        pytest.param((ACCEPTED,), (), (FUNCTIONS_KILLED,), "unrecorded", id="the worker died with the answer in hand"),
        pytest.param((ACCEPTED,), (), (STORAGE_AWAY,), "unrecorded", id="storage was away when it was to be written"),
        pytest.param(
            (ACCEPTED,), (101.2,), (FUNCTIONS_KILLED, STORAGE_AWAY), "in the record", id="it was written down"
        ),
        pytest.param((ACCEPTED,), (), (NEXT_HOP_CUT,), "nothing", id="the next hop's fault came after its answer"),
        pytest.param((ACCEPTED,), (), (RELAY_KILLED,), "nothing", id="the relay has no part in it"),
        pytest.param((), (), (STORAGE_AWAY,), "nothing", id="storage does not keep an answer from being heard"),
        pytest.param((), (), (LONG_BEFORE,), "nothing", id="the fault was over long before"),
        pytest.param((UNHEARD,), (), (Hit("next-hop", "cut", 112.0, 113.0),), "nothing", id="the fault came too late"),
        pytest.param((), (), (), "nothing", id="no fault at all"),
    ],
)
def test_a_second_copy_is_excused_inside_the_window_only(
    answers: Sequence[Answer], recorded: Sequence[float], hits: Sequence[Hit], expected: str
) -> None:
    assert expected in excuse(COPY.at, AGAIN.at, answers, recorded, hits)
    verdict = check(books(stored=(COPY, AGAIN), answers=answers, recorded=recorded, hits=hits))
    excused = expected in ("unheard", "unrecorded")
    assert [item.why for item in verdict.excused] == ([expected] if excused else [])
    assert verdict.count(TWICE) == (0 if excused else 1)


def test_matta_s_own_mail_is_not_doubled_either() -> None:
    notice = Storing(OTHER, None, ("sato@aozora.example",), "whatever", 102.0)
    verdict = check(books(stored=(COPY, notice, replace(notice, at=109.0))))
    assert [finding.crime for finding in verdict.findings] == [TWICE]


def test_copies_of_a_client_s_own_making_are_counted_apart() -> None:
    verdict = check(books(stored=(COPY, replace(COPY, queue_id=OTHER)), standings=(SENT,), unclear=(Unclear(1, 99.0),)))
    assert verdict.resent == 1
    assert verdict.unanswered == 1
    assert verdict.excused == []

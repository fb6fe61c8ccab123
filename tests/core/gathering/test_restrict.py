"""A decision about all copies, restricted to each: every recipient of a copy is in exactly one part of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.gathering.restrict import adds_recipients, restrict
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason, TransformCall

ADDRESSES = [f"p{number}@out.example" for number in range(8)]
REASON = Reason("rule.recipient-external")


@st.composite
def split_decisions(draw: st.DrawFn) -> tuple[Decision, list[tuple[str, ...]]]:
    """A decision about some recipients, and those recipients spread over copies; some may be in several copies."""
    part_of = draw(st.lists(st.integers(0, 2), min_size=len(ADDRESSES), max_size=len(ADDRESSES)))
    fate = draw(st.sampled_from(list(Disposition)))
    parts = tuple(
        DecisionPart(
            tuple(address for address, part in zip(ADDRESSES, part_of, strict=True) if part == number),
            fate,
            (REASON,),
            (TransformCall(f"t{number}"),) if number else (),
            tuple(draw(st.lists(st.sampled_from(["boss@acme.example"]), max_size=1))),
        )
        for number in range(3)
    )
    copies = [tuple(draw(st.lists(st.sampled_from(ADDRESSES), unique=True))) for _ in range(draw(st.integers(1, 4)))]
    return Decision(parts, 7, approvals=()), copies


@given(split_decisions())
def test_each_copy_has_each_of_its_recipients_in_exactly_one_part_with_its_fate_and_changes(
    split: tuple[Decision, list[tuple[str, ...]]],
) -> None:
    decision, copies = split
    whole = {address: part for part in decision.parts for address in part.recipients}
    for number, own in enumerate(copies):
        part_decision = restrict(decision, own, with_added=number == 0)
        placed = [address for part in part_decision.parts for address in part.recipients]
        assert len(placed) == len(set(placed))
        assert set(placed) == set(own)
        assert part_decision.parts
        assert part_decision.disposition is decision.disposition
        assert part_decision.reasons == decision.reasons
        for part in part_decision.parts:
            for address in part.recipients:
                assert (part.disposition, part.transforms) == (
                    whole[address].disposition,
                    whole[address].transforms,
                )


@given(split_decisions())
def test_whom_a_policy_adds_goes_with_one_copy(split: tuple[Decision, list[tuple[str, ...]]]) -> None:
    decision, copies = split
    restricted = [restrict(decision, own, with_added=number == 0) for number, own in enumerate(copies)]
    assert adds_recipients(restricted[0]) is adds_recipients(decision)
    assert not any(adds_recipients(one) for one in restricted[1:])

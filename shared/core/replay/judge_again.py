"""Judge a past message by draft settings, and say how sure that is. Replay (S5).

What depends on facts that are not stored is decided for each way in which it could have been: a policy that may have
matched did and did not, attachments were encrypted and were not. Where every way leads to the same fate, the fate is
sure, although not all of its reasons are; where it does not, the message could not be judged.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Literal

import msgspec

from shared.core.message.facts import Mailbox
from shared.core.policy.actions import BccConversion, BossCopy, Zip
from shared.core.policy.conditions.attachment import is_shown_picture
from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.model import AllOf
from shared.core.policy.evaluate import decide
from shared.core.policy.policies import Policy
from shared.core.policy.policy_match import in_order
from shared.core.policy.system import always_passes, passes
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.replay.answer import RuleQuestion, answer_policy, asks_policy
from shared.core.replay.gap import Answer, Gap
from shared.core.replay.outcome import Fate, Outcome, outcome_of
from shared.core.replay.stored_facts import StoredFacts

MOST_OPEN = 6
"""So many policies and other things may be open at once: each doubles the ways to decide."""
_MOST_VARIANTS = 256
_ALWAYS = AllOf(of=())
_Answered = tuple[frozenset[str], frozenset[str], frozenset[str], bool | None]
_STRANGER = Mailbox("somebody@invalid")
"""Stands for whoever To or Cc named; the domain can be nobody's (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A rule or policy that could not be answered, and the facts that it asks for."""

    kind: Literal["rule", "policy"]
    id: str
    gaps: frozenset[Gap]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcomes that are possible by what is stored; none where nothing can be said.

    ``gaps`` are the missing facts on which something depends, ``open`` the rules and policies that do.
    """

    outcomes: tuple[Outcome, ...]
    gaps: frozenset[Gap] = frozenset()
    open: tuple[OpenItem, ...] = ()

    @property
    def fate(self) -> Fate | None:
        """The fate, where it is sure."""
        found = {outcome.fate for outcome in self.outcomes}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the policies and rules that ask for missing facts say. ``wishes`` are the policies that may match."""

    open: tuple[OpenItem, ...]
    wishes: tuple[Policy, ...]


class Draft:
    """Settings to judge by, prepared for many messages. Not safe to use from several threads."""

    def __init__(self, settings: TenantSettings) -> None:
        self.settings = settings
        self._lists = compiled_lists(settings.lists)
        self._policies = tuple(policy for policy in in_order(settings.policies) if policy.enabled)
        self._rules = tuple(RuleQuestion(rule) for rule in settings.rules if rule.enabled)
        self._asked = frozenset[Gap]().union(*map(asks_policy, self._policies), *(rule.asks for rule in self._rules))
        self._acts = any(_acts_on_gaps(policy) for policy in self._policies)
        self._variants: OrderedDict[_Answered, TenantSettings] = OrderedDict()

    def judge(self, stored: StoredFacts, context: MatchContext) -> Judgement:
        """Never raises for what a message or the settings hold."""
        facts, gaps = stored.facts, stored.gaps
        known = replace(context, facts=facts, lists=self._lists)
        system = self.settings.system_policies
        if facts.loop or always_passes(facts, system):
            return self._sure(known)
        whole = gaps & {Gap.FACTS, Gap.KIND}
        if gaps & {Gap.SUBJECT} and self.settings.subject_marks:
            whole |= {Gap.SUBJECT}
        if whole:
            return Judgement((), whole)
        if facts.unreadable or not (self._asked & gaps or self._acts):
            return self._sure(known)
        if passes(facts, system) is not None:
            found = _Answers(tuple(self._open_rules(known, gaps, forced_only=True)), ())
        else:
            found = self._answers(known, gaps)
        return self._judge_open(found, known, gaps)

    def _sure(self, context: MatchContext) -> Judgement:
        return Judgement((outcome_of(decide(context.facts, self.settings, context=context)),))

    def _answers(self, context: MatchContext, gaps: frozenset[Gap]) -> _Answers:
        items: list[OpenItem] = []
        wishes: list[Policy] = []
        for policy in self._policies:
            answer = _asked_or_no(answer_policy, policy, context, gaps)
            if answer is False:
                continue
            wishes.append(policy)
            if not isinstance(answer, bool):
                items.append(OpenItem("policy", policy.id, answer))
            elif policy.stop:
                break
        items += self._open_rules(context, gaps, forced_only=False)
        return _Answers(tuple(items), tuple(wishes))

    def _open_rules(self, context: MatchContext, gaps: frozenset[Gap], *, forced_only: bool) -> Iterator[OpenItem]:
        for rule in self._rules:
            if not rule.asks & gaps or (forced_only and rule.assignment.rule != "forced-alert"):
                continue
            answer = _asked_or_no(rule.answer, context, gaps)
            if not isinstance(answer, bool):
                yield OpenItem("rule", rule.assignment.id, answer)

    def _judge_open(self, found: _Answers, context: MatchContext, gaps: frozenset[Gap]) -> Judgement:
        policies = [item.id for item in found.open if item.kind == "policy"]
        rules = [item.id for item in found.open if item.kind == "rule"]
        archives = Gap.ARCHIVES in gaps and _skips_encrypted(found.wishes) and _has_files(context)
        addressees = Gap.ADDRESSEES in gaps and any(_copies_or_hides(policy) for policy in found.wishes)
        missing = frozenset[Gap]().union(*(item.gaps for item in found.open))
        missing |= {Gap.ARCHIVES} if archives else set()
        missing |= {Gap.ADDRESSEES} if addressees else set()
        # Rules can only add holds, so that what is the same with all of them and with none is so with some.
        choices: list[tuple[bool, ...]] = [(False, True)] * len(policies)
        if len(choices) + bool(rules) + archives + addressees > MOST_OPEN:
            return Judgement((), missing, found.open)
        outcomes: dict[Outcome, None] = {}
        for all_rules in (False, True) if rules else (None,):
            for matched in product(*choices):
                on = frozenset(id_ for id_, yes in zip(policies, matched, strict=True) if yes)
                settings = self._variant(on, frozenset(policies) - on, all_rules, frozenset(rules))
                for around in self._contexts(context, found.wishes, archives=archives, addressees=addressees):
                    outcomes[outcome_of(decide(around.facts, settings, context=around))] = None
        return Judgement(tuple(outcomes), missing if len(outcomes) > 1 else frozenset(), found.open)

    def _contexts(
        self, context: MatchContext, wishes: tuple[Policy, ...], *, archives: bool, addressees: bool
    ) -> Iterator[MatchContext]:
        """The message with every combination of what its attachments may be and whom its header may name."""
        forms = [context]
        if addressees:
            named = [
                Mailbox(address)
                for policy in wishes
                for action in policy.actions
                if isinstance(action, BossCopy)
                for address in (context.managers[:1] if action.who == "manager" else action.addresses)
            ]
            facts = replace(context.facts, header_cc=(*context.facts.header_cc, *named, _STRANGER))
            forms.append(replace(context, facts=facts))
        for form in forms:
            yield form
            if archives:
                yield replace(form, encrypted_parts=partial(_all_encrypted, form))

    def _variant(
        self, on: frozenset[str], off: frozenset[str], all_rules: bool | None, rules: frozenset[str]
    ) -> TenantSettings:
        """The settings with open policies and rules answered."""
        if not (on or off or rules):
            return self.settings
        key = (on, off, rules, all_rules)
        found = self._variants.get(key)
        if found is None:
            found = msgspec.structs.replace(
                self.settings,
                policies=tuple(
                    _answered(policy, policy.id in on) if policy.id in on or policy.id in off else policy
                    for policy in self.settings.policies
                ),
                rules=tuple(
                    _answered_rule(rule, bool(all_rules)) if rule.id in rules else rule for rule in self.settings.rules
                ),
            )
            self._variants[key] = found
            if len(self._variants) > _MOST_VARIANTS:
                self._variants.popitem(last=False)
        return found


def _asked_or_no(question: Callable[..., Answer], *about: object) -> Answer:
    """The answer; a rule or policy that breaks breaks in the decision as well, which says so."""
    try:
        return question(*about)
    except Exception:
        return False


def _all_encrypted(context: MatchContext) -> Mapping[str, bool]:
    return {item.part: True for item in context.facts.attachments}


def _answered(policy: Policy, matched: bool) -> Policy:
    if not matched:
        return msgspec.structs.replace(policy, enabled=False)
    return msgspec.structs.replace(policy, when=_ALWAYS, unless=None)


def _answered_rule(rule: RuleAssignment, matched: bool) -> RuleAssignment:
    if not matched:
        return msgspec.structs.replace(rule, enabled=False)
    if rule.rule == "condition":
        return msgspec.structs.replace(rule, when=_ALWAYS, unless=None, keywords=())
    if rule.rule == "has-attachments":  # only pictures are among those that are known
        return msgspec.structs.replace(rule, count_inline_images=True, unless=None)
    return msgspec.structs.replace(rule, unless=None)


def _acts_on_gaps(policy: Policy) -> bool:
    return _skips_encrypted((policy,)) or _copies_or_hides(policy)


def _skips_encrypted(policies: tuple[Policy, ...]) -> bool:
    return any(isinstance(action, Zip) and action.skip_if_encrypted for policy in policies for action in policy.actions)


def _copies_or_hides(policy: Policy) -> bool:
    return any(isinstance(action, BossCopy | BccConversion) for action in policy.actions)


def _has_files(context: MatchContext) -> bool:
    return any(not is_shown_picture(item) for item in context.facts.attachments)

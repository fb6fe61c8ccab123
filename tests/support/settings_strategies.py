"""Any settings, for property tests of files: names that look like formulas, quotes, line ends, separators."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.core.policy.actions import Delay, Discard, Hold, Reject
from shared.core.policy.conditions.model import AddressList, AllOf, AnyOf, Condition, Not, Size, Subject
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.people import GroupRow, PersonRow

_AWKWARD = st.sampled_from(
    [
        "",
        " ",
        "=1+1",
        "+",
        "-1",
        "@a",
        "'=x",
        "''=",
        "'",
        '"',
        '""',
        ",",
        ";",
        "a;b",
        "[",
        '["x"]',
        "\t",
        "\n",
        "a\r\nb",
        "\r",
        "null",
        "true",
        "１",
        "＝x",
        "営業部",
        "髙橋①",
        " x ",
        "\u3000",
        'a,b"c"',
        "#",
    ]
)
TEXTS = st.one_of(
    _AWKWARD, st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"), max_size=12)
)
NAMES = TEXTS.filter(lambda text: bool(text.strip()))
_SUBJECTS = st.builds(
    Subject, operator=st.sampled_from(["contains", "equals"]), values=st.lists(NAMES, min_size=1, max_size=2).map(tuple)
)
_SIZES = st.builds(Size, number=st.integers(0, 10**9))
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(_SUBJECTS, _SIZES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda of: AllOf(of=tuple(of))),
        st.lists(inner, max_size=3).map(lambda of: AnyOf(of=tuple(of))),
        inner.map(lambda of: Not(of=of)),
    ),
    max_leaves=4,
)
GROUP_NAMES = st.lists(NAMES, max_size=3).map(tuple)
RULES = st.one_of(
    st.builds(
        RuleAssignment,
        id=NAMES,
        rule=st.sampled_from(["subject-blank", "has-attachments", "recipient-external"]),
        name=TEXTS,
        description=TEXTS,
        enabled=st.booleans(),
        groups=GROUP_NAMES,
        not_groups=GROUP_NAMES,
        unless=st.one_of(st.none(), CONDITIONS),
    ),
    st.builds(
        RuleAssignment,
        id=NAMES,
        rule=st.just("condition"),
        keywords=st.lists(NAMES, min_size=1, max_size=4).map(tuple),
        keyword_places=st.sampled_from([("subject",), ("body", "subject"), ("subject", "body", "attachment-names")]),
    ),
    st.builds(RuleAssignment, id=NAMES, rule=st.just("condition"), when=CONDITIONS),
    st.builds(
        RuleAssignment,
        id=NAMES,
        rule=st.just("recipient-count"),
        total_from=st.integers(1, 99),
        cc_from=st.one_of(st.none(), st.integers(1, 9)),
        count_lists_by=st.sampled_from(["list", "members"]),
    ),
)
POLICIES = st.builds(
    Policy,
    id=NAMES,
    name=TEXTS,
    enabled=st.booleans(),
    priority=st.integers(0, 100_000),
    groups=GROUP_NAMES,
    when=CONDITIONS,
    unless=st.one_of(st.none(), CONDITIONS),
    actions=st.sampled_from([(Hold(),), (Discard(notify=False),), (Delay(minutes=9),), (Reject(text="=1;\n"),)]),
    stop=st.booleans(),
    if_protected=st.sampled_from(["hold", "deliver-unchanged"]),
)
LISTS = st.builds(
    AddressList,
    id=NAMES,
    name=TEXTS,
    entries=st.lists(
        st.sampled_from(["a@x.example", "@x.example", "*@*.example", ".x.example", "-x.example", " y "]), max_size=4
    ).map(tuple),
)
TEMPLATES = st.builds(Template, id=NAMES, name=TEXTS, text=TEXTS, html=TEXTS)
PEOPLE = st.builds(
    PersonRow,
    address=st.sampled_from([f"p{number}@x.example" for number in range(9)] + ["=1@x.example", "-a@x.example"]),
    display_name=TEXTS,
    language=st.sampled_from(["", "ja", "en"]),
    manager=st.sampled_from(["", "boss@x.example"]),
    groups=GROUP_NAMES,
    members=st.integers(1, 999),
)
GROUPS = st.builds(GroupRow, id=NAMES, name=TEXTS, above=GROUP_NAMES, owners=st.sampled_from([(), ("a@x.example",)]))
ITEMS = {
    "rules": RULES,
    "policies": POLICIES,
    "lists": LISTS,
    "templates": TEMPLATES,
    "people": PEOPLE,
    "groups": GROUPS,
}
"""By name of the table."""

"""The condition tree as it is written in settings (product.md section C). Decide stage.

A tree is made of ``all``, ``any`` and ``not`` over leaves; each leaf is one line of a visual builder. How a leaf is
answered stands in the file of its family.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from shared.core.policy.model import Model, Name

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Values = Annotated[tuple[Text, ...], msgspec.Meta(max_length=5000)]
Quantifier = Literal["any", "all", "none"]
"""Over the recipients that the scope names. With no recipient in scope ``any`` is false, ``all`` false, ``none`` true."""
Scope = Literal["all", "to-cc", "to", "cc", "bcc", "internal", "external"]
Comparison = Literal["=", "!=", ">=", ">", "<=", "<"]
TextOperator = Literal[
    "equals",
    "not-equals",
    "contains",
    "not-contains",
    "starts-with",
    "ends-with",
    "matches-wildcard",
    "matches-regex",
]
"""Without regard to case and width (NFKC). Several ``values``: one that fits is enough; a ``not-`` operator wants none."""
ListOperator = Literal["in-list", "not-in-list", "in-group", "not-in-group"]
"""``values`` are names of address lists or ids of directory groups (nested groups count)."""


class AllOf(Model, frozen=True, kw_only=True, tag_field="type", tag="all"):
    """Every one of them matches. Empty matches."""

    of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=500)]


class AnyOf(Model, frozen=True, kw_only=True, tag_field="type", tag="any"):
    """At least one of them matches. Empty does not."""

    of: Annotated[tuple[Condition, ...], msgspec.Meta(max_length=500)]


class Not(Model, frozen=True, kw_only=True, tag_field="type", tag="not"):
    """It does not match."""

    of: Condition


class RecipientAddress(Model, frozen=True, kw_only=True, tag_field="type", tag="recipient-address"):
    """The address of envelope recipients."""

    operator: TextOperator | ListOperator
    values: Values
    quantifier: Quantifier = "any"
    scope: Scope = "all"


class RecipientDomain(Model, frozen=True, kw_only=True, tag_field="type", tag="recipient-domain"):
    """The domain of envelope recipients; ``subdomains`` lets ``equals`` and lists take in what is below a domain."""

    operator: TextOperator | ListOperator | Literal["is-internal", "is-external"]
    values: Values = ()
    quantifier: Quantifier = "any"
    scope: Scope = "all"
    subdomains: bool = False


class RecipientCount(Model, frozen=True, kw_only=True, tag_field="type", tag="recipient-count"):
    """How many recipients; ``lists_by`` counts a distribution list as one or by its members."""

    count: Literal["all", "to", "cc", "bcc", "to-cc", "external", "domains", "external-domains"] = "all"
    comparison: Comparison = ">="
    number: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    lists_by: Literal["list", "members"] = "list"


class Subject(Model, frozen=True, kw_only=True, tag_field="type", tag="subject"):
    """The subject. Where there is none, only ``is-blank`` and the ``not-`` operators match: unset is not empty text."""

    operator: TextOperator | Literal["is-blank", "is-not-blank"]
    values: Values = ()


class Attachment(Model, frozen=True, kw_only=True, tag_field="type", tag="attachment"):
    """Attachments. ``number`` is in bytes for ``size`` (any single one) and ``total-size``.

    Pictures that the body shows (a logo in a signature) count only with ``count_inline_images``.
    """

    test: Literal[
        "exists", "does-not-exist", "extension", "name", "size", "total-size", "encrypted-zip", "no-encrypted-zip"
    ]
    operator: TextOperator = "equals"
    values: Values = ()
    comparison: Comparison = ">="
    number: Annotated[int, msgspec.Meta(ge=0)] = 0
    count_inline_images: bool = False


class Header(Model, frozen=True, kw_only=True, tag_field="type", tag="header"):
    """A header field by name; any field of that name counts."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[!-9;-~]{1,76}\Z")]
    operator: TextOperator | Literal["exists", "does-not-exist"]
    values: Values = ()


class Kind(Model, frozen=True, kw_only=True, tag_field="type", tag="kind"):
    """What sort of mail it is; ``ordinary`` is the rest."""

    kinds: Annotated[
        tuple[
            Literal[
                "ordinary",
                "calendar",
                "calendar-reply",
                "automatic-reply",
                "automatic-forward",
                "read-receipt",
                "dsn",
            ],
            ...,
        ],
        msgspec.Meta(min_length=1),
    ]


class Sender(Model, frozen=True, kw_only=True, tag_field="type", tag="sender"):
    """The sender: envelope address, its domain, the groups they are in, or anybody above them in the manager chain.

    ``group`` goes with ``in-group`` and ``not-in-group`` alone; ``subdomains`` belongs to ``domain``.
    """

    aspect: Literal["address", "domain", "group", "manager-chain"] = "address"
    operator: TextOperator | ListOperator = "equals"
    values: Values
    subdomains: bool = False


class Body(Model, frozen=True, kw_only=True, tag_field="type", tag="body"):
    """The decoded text of the body, plain and HTML, up to a documented bound."""

    operator: Literal["contains", "not-contains", "matches-wildcard", "matches-regex"]
    values: Values


class Size(Model, frozen=True, kw_only=True, tag_field="type", tag="size"):
    """Bytes of the whole message."""

    comparison: Comparison = ">="
    number: Annotated[int, msgspec.Meta(ge=0)]


class Time(Model, frozen=True, kw_only=True, tag_field="type", tag="time"):
    """When it is judged, in the tenant's time zone. ``until`` is exclusive; a range over midnight wraps."""

    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    since: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")] = "00:00"
    until: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)\Z")] = "24:00"


class Label(Model, frozen=True, kw_only=True, tag_field="type", tag="label"):
    """The sensitivity label (Microsoft Purview) by id or name, as the header ``msip_labels`` carries it."""

    operator: Literal["equals", "not-equals", "exists", "does-not-exist"]
    values: Values = ()


Condition = (
    AllOf
    | AnyOf
    | Not
    | RecipientAddress
    | RecipientDomain
    | RecipientCount
    | Subject
    | Attachment
    | Header
    | Kind
    | Sender
    | Body
    | Size
    | Time
    | Label
)
"""Any node of a tree."""


class AddressList(Model, frozen=True, kw_only=True):
    """A named list of addresses, domains and wildcards (forms as in ``address_patterns.py``)."""

    id: Name
    name: str = ""
    entries: Annotated[tuple[Text, ...], msgspec.Meta(max_length=100_000)] = ()

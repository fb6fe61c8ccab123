"""The elements that cards are built of, as JSON values (Adaptive Cards 1.5; stages 5 and 6).

A ``TextBlock`` reads its text as Markdown, so it holds our own words alone; whatever comes from a message, a person or a
tenant stands in a ``TextRun``, which knows no markup. Nothing else puts text on a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shared.core.notice.cards.actions import CardAction, action_data

Element = dict[str, Any]


def heading(text: str, *, size: str = "Medium") -> Element:
    """A heading in our own words."""
    return {"type": "TextBlock", "text": text, "wrap": True, "weight": "Bolder", "size": size, "style": "heading"}


def run(text: str, *, bold: bool = False, subtle: bool = False, color: str = "", mono: bool = False) -> Element:
    """A piece of text without any markup. Anybody's words may stand in it."""
    piece: Element = {"type": "TextRun", "text": text}
    if bold:
        piece["weight"] = "Bolder"
    if subtle:
        piece["isSubtle"] = True
    if color:
        piece["color"] = color
    if mono:
        piece["fontType"] = "Monospace"
    return piece


def line(*runs: Element, tight: bool = True, name: str = "", hidden: bool = False) -> Element:
    """One line (it wraps) of runs. ``name`` is an id for a toggle, ``hidden`` lines wait for it."""
    element: Element = {"type": "RichTextBlock", "inlines": list(runs)}
    if tight:
        element["spacing"] = "Small"
    if name:
        element["id"] = name
    if hidden:
        element["isVisible"] = False
    return element


def fact(label: str, *values: Element) -> Element:
    """``label`` in our words, and what it is."""
    return line(run(f"{label}  ", subtle=True), *values)


def marks(numbers: Sequence[int]) -> list[Element]:
    """The footnote marks of those reasons."""
    return [run("".join(f" ※{number}" for number in numbers), bold=True, color="Attention")] if numbers else []


def box(items: Iterable[Element], *, style: str = "", bleed: bool = False, separate: bool = False) -> Element:
    """Elements that belong together; ``style`` as in ContainerStyle."""
    element: Element = {"type": "Container", "items": list(items)}
    if style:
        element["style"] = style
    if bleed:
        element["bleed"] = True
    if separate:
        element["separator"] = True
    return element


def press(title: str, action: CardAction, *, style: str = "", inputs: bool = False) -> Element:
    """A button that asks the bot; ``inputs`` sends what was typed along.

    Clients that know no Universal Actions fall back to ``Action.Submit`` with the same data.
    """
    data = action_data(action)
    button: Element = {"type": "Action.Execute", "title": title, "verb": action.verb.value, "data": data}
    fallback: Element = {"type": "Action.Submit", "title": title, "data": data}
    for element in (button, fallback):
        if style:
            element["style"] = style
        if not inputs:
            element["associatedInputs"] = "none"
    return button | {"fallback": fallback}


def open_link(title: str, link: str) -> Element:
    """A button that opens our page."""
    return {"type": "Action.OpenUrl", "title": title, "url": link}


def show_more(title: str, items: Iterable[Element]) -> Element:
    """A button that unfolds elements in place."""
    return {"type": "Action.ShowCard", "title": title, "card": {"type": "AdaptiveCard", "body": list(items)}}


def toggle(title: str, *names: str) -> Element:
    """A button that shows and hides the elements of those ids."""
    return {"type": "Action.ToggleVisibility", "title": title, "targetElements": list(names)}


def buttons(actions: Iterable[Element]) -> Element:
    """Buttons in the middle of a card."""
    return {"type": "ActionSet", "actions": list(actions)}


def text_input(name: str, label: str, longest: int, value: str = "") -> Element:
    """A field to type several lines into."""
    element: Element = {"type": "Input.Text", "id": name, "label": label, "isMultiline": True, "maxLength": longest}
    return element | {"value": value} if value else element

"""The forms of an HTML page, as a browser without JavaScript sees them: fields, boxes to tick, buttons to press.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class Control:
    """One field, box or button. ``text`` is what stands on a button."""

    name: str
    value: str
    text: str = ""


@dataclass(slots=True)
class Form:
    """One form. ``action`` is an absolute URL, ``method`` in upper case."""

    action: str
    method: str
    fields: list[Control] = field(default_factory=list)
    boxes: list[Control] = field(default_factory=list)
    buttons: list[Control] = field(default_factory=list)

    def fill(self, button: Control, *, ticked: Sequence[Control] = ()) -> list[tuple[str, str]]:
        """What a browser sends when ``button`` is pressed with these boxes ticked."""
        sent = [(control.name, control.value) for control in (*self.fields, *ticked, button)]
        return [(name, value) for name, value in sent if name]

    def button(self, word: str) -> Control | None:
        """The button whose name or value has ``word`` in it, whatever the language on it."""
        return next((item for item in self.buttons if word in f"{item.name}={item.value}".lower()), None)


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._url = url
        self._form: Form | None = None
        self._button: tuple[Control, list[str]] | None = None
        self._silent = 0
        self._named: dict[str, Form] = {}
        self._elsewhere: list[tuple[str, Control]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template"):
            self._silent += 1
        if tag == "form":
            method = values.get("method", "get").upper()
            self._form = Form(urljoin(self._url, values.get("action", "")), method)
            self.forms.append(self._form)
            self._named[values.get("id", "")] = self._form
        if tag == "input" and "form" in values:
            if "checked" in values and "disabled" not in values:
                self._elsewhere.append((values["form"], Control(values.get("name", ""), values.get("value", "on"))))
            return
        if self._form is None or "disabled" in values:
            return
        kind = values.get("type", "text" if tag == "input" else "submit").lower()
        control = Control(values.get("name", ""), values.get("value", "on" if kind == "checkbox" else ""))
        if tag == "button" and kind == "submit":
            self._button = (control, [])
        elif tag == "input" and kind == "checkbox":
            self._form.boxes.append(control)
        elif tag == "input" and kind == "submit":
            self._form.buttons.append(Control(control.name, control.value, control.value))
        elif tag == "input" and kind not in ("button", "reset", "image", "radio", "file"):
            self._form.fields.append(control)

    def close(self) -> None:
        """Boxes outside of their form that are ticked already stay so: whoever reads the page leaves them alone."""
        super().close()
        for name, control in self._elsewhere:
            if name in self._named:
                self._named[name].fields.append(control)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._silent -= 1
        if tag == "form":
            self._form = None
        if tag == "button" and self._button is not None and self._form is not None:
            control, text = self._button
            self._form.buttons.append(Control(control.name, control.value, " ".join("".join(text).split())))
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._silent == 0:
            self.text.append(data)
        if self._button is not None:
            self._button[1].append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was opened. ``text`` is what it says, white space joined."""

    status: int
    url: str
    text: str
    forms: Sequence[Form]


def read_page(status: int, url: str, html: str) -> Page:
    """Read a page; bad HTML is read as far as it goes."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return Page(status, url, " ".join("".join(reader.text).split()), reader.forms)

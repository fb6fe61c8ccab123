"""The add-in's manifest: well-formed, with ids and addresses of the tenant, and nothing that Outlook would refuse."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from shared.core.onboarding.addin_manifest import AddInIdentity, BadManifest, add_in_id, add_in_manifest

FILES = "https://addin.matta.example"
IDENTITY = AddInIdentity(
    "aozora", FILES, "https://api.matta.example", "1.0.0.0", "ja", 'A & B "<Matta>"', "https://matta.example/help"
)
OFFICE = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
OVERRIDES = "{http://schemas.microsoft.com/office/mailappversionoverrides/1.1}"


def test_pressing_send_asks_the_add_in_and_people_can_send_while_it_is_away() -> None:
    root = ElementTree.fromstring(add_in_manifest(IDENTITY))
    event = root.find(f".//{OVERRIDES}LaunchEvent")
    assert event is not None
    assert event.attrib == {"Type": "OnMessageSend", "FunctionName": "onMessageSend", "SendMode": "PromptUser"}
    assert root.findtext(f"{OFFICE}ProviderName") == 'A & B "<Matta>"'
    assert root.findtext(f"{OFFICE}DefaultLocale") == "ja-JP"


def test_everything_that_is_named_is_there_and_all_addresses_are_https() -> None:
    root = ElementTree.fromstring(add_in_manifest(IDENTITY))
    named = {value for node in root.iter() for key, value in node.attrib.items() if key == "resid"}
    there = {node.attrib["id"]: node.attrib["DefaultValue"] for node in root.iter() if node.tag.endswith("}Url")}
    assert named <= set(there)
    addresses = [value for node in root.iter() for value in node.attrib.values() if "://" in value]
    assert len(addresses) >= 5
    assert all(address.startswith("https://") for address in addresses if "schemas.microsoft" not in address)


def test_an_id_is_the_tenants_and_stays() -> None:
    made = uuid.UUID(add_in_id("aozora", FILES))
    assert made.version == 8
    assert made.variant == uuid.RFC_4122
    assert add_in_id("aozora", FILES) == str(made)
    assert add_in_id("other", FILES) != str(made)
    assert str(made) in add_in_manifest(IDENTITY).decode()


@pytest.mark.parametrize(
    "change",
    [{"files": "http://addin.example"}, {"api": 'https://x"><'}, {"support": ""}, {"version": "1.0"}],
)
def test_what_outlook_would_refuse_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(BadManifest):
        add_in_manifest(replace(IDENTITY, **change))  # type: ignore[arg-type]  # all of them are texts

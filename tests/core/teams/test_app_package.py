"""The Teams app's package: complete, the same each time, and nothing that Teams would refuse."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.tools import ROOT
from shared.core.teams.app_package import ICONS, AppIdentity, BadAppPackage, build_app_package
from shared.core.text.language import LANGUAGES, Language

BOT = "11111111-2222-3333-4444-555555555555"
IDENTITY = AppIdentity(
    bot_id=BOT,
    version="1.2.3",
    language="ja",
    domains=("matta.example",),
    developer="Matta",
    website="https://matta.example",
    privacy="https://matta.example/privacy",
    terms="https://matta.example/terms",
)
FILES = ROOT / "teams_app"
TEMPLATE = (FILES / "manifest.json").read_bytes()
TEXTS: dict[Language, bytes] = {language: (FILES / f"{language}.json").read_bytes() for language in LANGUAGES}
PICTURES = {name: (FILES / name).read_bytes() for name in ICONS}


def package(identity: AppIdentity = IDENTITY, **changes: Any) -> zipfile.ZipFile:
    parts = {"template": TEMPLATE, "texts": TEXTS, "icons": PICTURES} | changes
    return zipfile.ZipFile(io.BytesIO(build_app_package(**parts, identity=identity)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_package_has_what_the_manifest_names(language: Language) -> None:
    archive = package(replace(IDENTITY, language=language))
    manifest = json.loads(archive.read("manifest.json"))
    [other] = manifest["localizationInfo"]["additionalLanguages"]
    assert manifest["localizationInfo"]["defaultLanguageTag"] == language
    assert sorted(archive.namelist()) == sorted(
        ["manifest.json", other["file"], manifest["icons"]["color"], manifest["icons"]["outline"]]
    )
    assert manifest["name"]["short"] == json.loads(TEXTS[language])["name.short"]
    assert json.loads(archive.read(other["file"])) != json.loads(TEXTS[language])


def test_the_bot_is_personal_and_links_lead_to_the_installation() -> None:
    manifest = json.loads(package().read("manifest.json"))
    assert (manifest["id"], manifest["version"], manifest["manifestVersion"]) == (BOT, "1.2.3", "1.29")
    [bot] = manifest["bots"]
    assert (bot["botId"], bot["scopes"], bot["isNotificationOnly"]) == (BOT, ["personal"], False)
    assert manifest["validDomains"] == ["matta.example"]


def test_the_same_app_gives_the_same_bytes() -> None:
    assert build_app_package(TEMPLATE, TEXTS, PICTURES, IDENTITY) == build_app_package(
        TEMPLATE, TEXTS, PICTURES, IDENTITY
    )


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"bot_id": ""}, "id", id="no bot"),
        pytest.param({"bot_id": "matta"}, "id", id="a bot id that is none"),
        pytest.param({"version": "1.0"}, "version", id="a version of two numbers"),
        pytest.param({"version": "01.0.0"}, "version", id="a version with a zero in front"),
        pytest.param({"developer": "x" * 33}, "developer.name", id="a long name of the developer"),
        pytest.param({"website": "http://127.0.0.1:17000"}, "developer.websiteUrl", id="a page without TLS"),
        pytest.param({"privacy": ""}, "developer.privacyUrl", id="no page about privacy"),
        pytest.param({"domains": ()}, "validDomains", id="no domain"),
        pytest.param({"domains": ("https://matta.example",)}, "validDomains", id="a URL for a domain"),
        pytest.param({"domains": ("*",)}, "validDomains", id="every domain"),
    ],
)
def test_what_teams_would_refuse_is_refused_here_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(BadAppPackage) as raised:
        package(replace(IDENTITY, **change))
    assert place in raised.value.public


def changed(document: bytes, **fields: object) -> bytes:
    return json.dumps(json.loads(document) | fields).encode()


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(lambda: {"template": changed(TEMPLATE, extra=1)}, id="a field that the schema does not have"),
        pytest.param(
            lambda: {"template": changed(TEMPLATE, manifestVersion="1.5")}, id="another version of the schema"
        ),
        pytest.param(lambda: {"template": b"{"}, id="a template that is no JSON"),
        pytest.param(lambda: {"template": changed(TEMPLATE, accentColor="teal")}, id="a colour by name"),
        pytest.param(lambda: {"texts": {"ja": TEXTS["ja"]}}, id="a language missing"),
        pytest.param(
            lambda: {"texts": TEXTS | {"en": changed(TEXTS["en"], **{"name.short": "x" * 31})}}, id="a long name"
        ),
        pytest.param(
            lambda: {"texts": TEXTS | {"ja": changed(TEXTS["ja"], **{"description.short": ""})}}, id="no description"
        ),
        pytest.param(lambda: {"icons": PICTURES | {"color.png": PICTURES["outline.png"]}}, id="a small icon"),
        pytest.param(lambda: {"icons": PICTURES | {"outline.png": b"GIF89a"}}, id="an icon that is no PNG"),
        pytest.param(lambda: {"icons": {}}, id="no icons"),
    ],
)
def test_damaged_parts_are_refused(parts: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(BadAppPackage):
        package(**parts())

"""Package the Teams app for one installation: a ZIP with the manifest, its languages and icons. Part of no stage.

The manifest is checked against the rules of its schema that concern what Matta puts in, so that an upload to Teams does not
fail on a long name or a missing address.

Source: "App manifest schema for Teams" 1.29 and "Teams app package" in Microsoft's documentation.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from shared.core.text.language import LANGUAGES, Language
from shared.errors import PermanentError

MANIFEST = "manifest.json"
ICONS: Mapping[str, int] = {"color.png": 192, "outline.png": 32}
"""Names, and width and height in pixels."""
_EPOCH = (2020, 1, 1, 0, 0, 0)
"""The date of all files: the same app gives the same bytes."""


class BadAppPackage(PermanentError):
    """The app would not be taken by Teams; ``public`` says what is wrong where."""


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """What differs between installations.

    ``bot_id`` is the bot's application id, which is the app's id too. ``version`` is of the form 1.2.3 and grows with
    each upload. ``domains`` are hosts that cards link to. The three addresses are pages of whoever runs the service.
    """

    bot_id: str
    version: str
    language: Language
    domains: tuple[str, ...]
    developer: str
    website: str
    privacy: str
    terms: str


_Guid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")]
_Https = Annotated[str, msgspec.Meta(pattern=r"^https://[^\s/]+", max_length=2048)]
_Domain = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z", max_length=253)]
_Tag = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,2}\Z")]
_Version = Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)\Z", max_length=256)]
_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=30)]
_Full = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
_FullText = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class _Strict(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    pass


class _Language(_Strict):
    language_tag: _Tag
    file: str


class _Localization(_Strict):
    default_language_tag: _Tag
    additional_languages: list[_Language]


class _Developer(_Strict):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    website_url: _Https
    privacy_url: _Https
    terms_of_use_url: _Https


class _Name(_Strict):
    short: _Short
    full: _Full


class _Description(_Strict):
    short: _ShortText
    full: _FullText


class _Icons(_Strict):
    outline: Literal["outline.png"]
    color: Literal["color.png"]


class _Bot(_Strict):
    bot_id: _Guid
    scopes: list[Literal["personal"]]
    supports_files: bool
    is_notification_only: bool


class _Manifest(_Strict):
    schema: str = msgspec.field(name="$schema")
    manifest_version: Literal["1.29"]
    version: _Version
    id: _Guid
    localization_info: _Localization
    developer: _Developer
    name: _Name
    description: _Description
    icons: _Icons
    accent_color: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}\Z")]
    bots: Annotated[list[_Bot], msgspec.Meta(min_length=1, max_length=1)]
    default_install_scope: Literal["personal"]
    valid_domains: Annotated[list[_Domain], msgspec.Meta(min_length=1, max_length=100)]


class _Texts(msgspec.Struct, forbid_unknown_fields=True):
    short_name: _Short = msgspec.field(name="name.short")
    full_name: _Full = msgspec.field(name="name.full")
    short_text: _ShortText = msgspec.field(name="description.short")
    full_text: _FullText = msgspec.field(name="description.full")


_manifest_decoder = msgspec.json.Decoder(_Manifest)
_texts_decoder = msgspec.json.Decoder(_Texts)
_document_decoder = msgspec.json.Decoder(dict[str, object])


def build_app_package(
    template: bytes, texts: Mapping[Language, bytes], icons: Mapping[str, bytes], identity: AppIdentity
) -> bytes:
    """The ZIP file. ``template`` is the manifest's frame, ``texts`` the names and descriptions in every language.

    Raises ``BadAppPackage``.
    """
    read = {language: _texts(language, texts) for language in LANGUAGES}
    manifest = _manifest(template, read, identity)
    others = [language for language in LANGUAGES if language != identity.language]
    files = {MANIFEST: manifest, **{f"{language}.json": texts[language] for language in others}}
    for name, size in ICONS.items():
        if _picture_size(icons.get(name, b"")) != (size, size):
            raise BadAppPackage("wrong icon", public=f"{name} must be a PNG of {size} by {size} pixels.")
        files[name] = icons[name]
    return _zipped(files)


def _texts(language: Language, texts: Mapping[Language, bytes]) -> _Texts:
    try:
        return _texts_decoder.decode(texts[language])
    except (KeyError, msgspec.MsgspecError) as error:
        raise BadAppPackage("bad texts", public=f"{language}.json: {error}") from error


def _manifest(template: bytes, texts: Mapping[Language, _Texts], identity: AppIdentity) -> bytes:
    own = texts[identity.language]
    others = [language for language in LANGUAGES if language != identity.language]
    try:
        document = _document_decoder.decode(template)
        document |= {
            "version": identity.version,
            "id": identity.bot_id,
            "localizationInfo": {
                "defaultLanguageTag": identity.language,
                "additionalLanguages": [{"languageTag": one, "file": f"{one}.json"} for one in others],
            },
            "developer": {
                "name": identity.developer,
                "websiteUrl": identity.website,
                "privacyUrl": identity.privacy,
                "termsOfUseUrl": identity.terms,
            },
            "name": {"short": own.short_name, "full": own.full_name},
            "description": {"short": own.short_text, "full": own.full_text},
            "bots": [
                {"botId": identity.bot_id, "scopes": ["personal"], "supportsFiles": False, "isNotificationOnly": False}
            ],
            "validDomains": list(identity.domains),
        }
        written = msgspec.json.format(msgspec.json.encode(document), indent=2)
        _manifest_decoder.decode(written)
    except msgspec.MsgspecError as error:
        raise BadAppPackage("bad manifest", public=f"{MANIFEST}: {error}") from error
    return written


def _picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG, (0, 0) for anything else."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
        return 0, 0
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return written.getvalue()

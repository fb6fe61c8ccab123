"""The manifest of the Outlook add-in for one tenant: Smart Alerts when Send is pressed (product.md O). Part of onboarding.

The add-in-only (XML) format: classic Outlook for Windows, Mac and the web take it alike. ``SendMode`` is ``PromptUser``:
while the add-in cannot be reached, people can still send, as the relay stays authoritative (O1).

Source: learn.microsoft.com/office/dev/add-ins/outlook/onmessagesend-onappointmentsend-events, and the schemas that the
namespaces name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from shared.core.text.language import Language
from shared.errors import PermanentError

_LOCALES: Mapping[Language, str] = {"ja": "ja-JP", "en": "en-US"}
_TEXTS: Mapping[Language, tuple[str, str]] = {
    "ja": ("Matta", "送信ボタンを押したときに、宛先・件名・添付ファイルを確認します。"),
    "en": ("Matta", "Looks at recipients, subject and attachments when you press Send."),
}
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?")
_NAMESPACE = "http://schemas.microsoft.com/office/mailappversionoverrides"


class BadManifest(PermanentError):
    """The installation's addresses do not fit into a manifest."""

    public = "The address of the add-in must begin with https://."


@dataclass(frozen=True, slots=True)
class AddInIdentity:
    """What differs between tenants. ``files`` is where the add-in's files are, ``api`` the origin that they ask; neither
    ends in a slash. ``version`` is of the form 1.2.3.4 and grows with each upload.
    """

    tenant_id: str
    files: str
    api: str
    version: str
    language: Language
    provider: str
    support: str


def add_in_id(tenant_id: str, files: str) -> str:
    """The add-in's id for a tenant: a name-based UUID (RFC 9562 section 5.8), the same every time."""
    digest = bytearray(hashlib.sha256(f"matta-add-in\0{tenant_id}\0{files}".encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def add_in_manifest(identity: AddInIdentity) -> bytes:
    """The manifest, UTF-8. Raises ``BadManifest``."""
    for address in (identity.files, identity.api, identity.support):
        if not _ORIGIN.fullmatch(address):
            raise BadManifest(f"not an address for a manifest: {address!r}")
    if not re.fullmatch(r"\d+(\.\d+){3}", identity.version):
        raise BadManifest("not a version of four numbers")
    main = identity.language
    other: Language = "en" if main == "ja" else "ja"
    name, text = _TEXTS[main]
    name_there, text_there = _TEXTS[other]
    place = quoteattr(_LOCALES[other])
    pages = {
        "WebViewRuntime.Url": f"{identity.files}/commands.html?tenant={identity.tenant_id}",
        "JSRuntime.Url": f"{identity.files}/launch_event.js",
    }
    urls = "\n".join(
        f"          <bt:Url id={quoteattr(key)} DefaultValue={quoteattr(value)}/>" for key, value in pages.items()
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0"
  xsi:type="MailApp">
  <Id>{add_in_id(identity.tenant_id, identity.files)}</Id>
  <Version>{identity.version}</Version>
  <ProviderName>{_text(identity.provider)}</ProviderName>
  <DefaultLocale>{_LOCALES[main]}</DefaultLocale>
  <DisplayName DefaultValue={quoteattr(name)}>
    <Override Locale={place} Value={quoteattr(name_there)}/>
  </DisplayName>
  <Description DefaultValue={quoteattr(text)}>
    <Override Locale={place} Value={quoteattr(text_there)}/>
  </Description>
  <IconUrl DefaultValue={quoteattr(f"{identity.files}/icon-64.png")}/>
  <HighResolutionIconUrl DefaultValue={quoteattr(f"{identity.files}/icon-128.png")}/>
  <SupportUrl DefaultValue={quoteattr(identity.support)}/>
  <AppDomains>
    <AppDomain>{_text(identity.api)}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Mailbox"/>
  </Hosts>
  <Requirements>
    <Sets>
      <Set Name="Mailbox" MinVersion="1.1"/>
    </Sets>
  </Requirements>
  <FormSettings>
    <Form xsi:type="ItemEdit">
      <DesktopSettings>
        <SourceLocation DefaultValue={quoteattr(pages["WebViewRuntime.Url"])}/>
      </DesktopSettings>
    </Form>
  </FormSettings>
  <Permissions>ReadWriteItem</Permissions>
  <Rule xsi:type="ItemIs" ItemType="Message" FormType="Edit"/>
  <VersionOverrides xmlns="{_NAMESPACE}" xsi:type="VersionOverridesV1_0">
    <VersionOverrides xmlns="{_NAMESPACE}/1.1" xsi:type="VersionOverridesV1_1">
      <Requirements>
        <bt:Sets DefaultMinVersion="1.12">
          <bt:Set Name="Mailbox"/>
        </bt:Sets>
      </Requirements>
      <Hosts>
        <Host xsi:type="MailHost">
          <Runtimes>
            <Runtime resid="WebViewRuntime.Url">
              <Override type="javascript" resid="JSRuntime.Url"/>
            </Runtime>
          </Runtimes>
          <DesktopFormFactor>
            <ExtensionPoint xsi:type="LaunchEvent">
              <LaunchEvents>
                <LaunchEvent Type="OnMessageSend" FunctionName="onMessageSend" SendMode="PromptUser"/>
              </LaunchEvents>
              <SourceLocation resid="WebViewRuntime.Url"/>
            </ExtensionPoint>
          </DesktopFormFactor>
        </Host>
      </Hosts>
      <Resources>
        <bt:Urls>
{urls}
        </bt:Urls>
      </Resources>
    </VersionOverrides>
  </VersionOverrides>
</OfficeApp>
""".encode()


def _text(value: str) -> str:
    return quoteattr(value)[1:-1]

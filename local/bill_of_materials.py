"""What a deployable part is made of, as a CycloneDX 1.6 document in JSON: packages, versions, licences, content hashes.

The same packages give the same bytes, so that two builds can be compared: there is no time and no random number in it.
Local tooling; no stage of the mail flow. https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.settings import VERSION

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

    from local.resolved_packages import ResolvedPackage

_NAMESPACE = uuid.UUID("7b6f3f0e-5c1d-5d0b-9d51-1f3d9a4b7c60")
"""For serial numbers; any fixed value does."""


def bill_of_materials(part: str, packages: Iterable[ResolvedPackage]) -> str:
    """The document of one part (``relay``, ``functions``), which bears the version of the code."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    components = [_component(package) for package in packages]
    whole = Component(
        name=f"matta-{part}", version=VERSION, type=ComponentType.APPLICATION, bom_ref=f"matta-{part}@{VERSION}"
    )
    bom = Bom(components=components)
    bom.metadata.component = whole
    bom.register_dependency(whole, components)
    content = json.loads(JsonV1Dot6(bom).output_as_string())
    content["metadata"].pop("timestamp", None)
    content.pop("serialNumber", None)
    digest = json.dumps(content, sort_keys=True)
    content["serialNumber"] = f"urn:uuid:{uuid.uuid5(_NAMESPACE, digest)}"
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _component(package: ResolvedPackage) -> Component:
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    url = PackageURL("pypi", name=package.name.lower().replace("_", "-"), version=package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        description=package.summary or None,
        licenses=[LicenseFactory().make_from_string(package.licence)] if package.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package.sha256)],
    )

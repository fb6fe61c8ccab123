"""Refuse settings whose templates cannot be used, before they are saved or tried (product.md S).

What is read back is not checked again: a template costs more to check than a message to judge.
"""

from __future__ import annotations

from shared.core.policy.policies import Template
from shared.core.policy.refusal import refuse
from shared.core.policy.tenant_settings import TenantSettings


def check_templates(settings: TenantSettings) -> None:
    """Raises ``InvalidSettings`` with the place, line and word of the first template that is wrong."""
    for index, template in enumerate(settings.templates):
        _check(template, f"$.templates[{index}]")


def _check(template: Template, place: str) -> None:
    # When first used: the template engine costs start-up time that tenants without templates need not pay.
    from shared.core.transform.render_template import check_template

    for field, source, html in (("text", template.text, False), ("html", template.html, True)):
        for problem in check_template(source, html=html) if source else ():
            refuse(f"{place}.{field}", f"line {problem.line}: {problem.code} {problem.detail}".rstrip())

"""Refuse settings that could not be carried out: templates, notices' words, fixed passwords, file names.

Asked before they are saved or tried.

What is read back is not checked again: a template costs more to check than a message to judge.
"""

from __future__ import annotations

from shared.core.policy.actions import Zip
from shared.core.policy.policies import Template
from shared.core.policy.refusal import named, refuse
from shared.core.policy.tenant_settings import NoticeText, TenantSettings
from shared.core.settings.scope_settings import Document
from shared.errors import InvalidSettings


def check_outgoing(settings: Document) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong; a password is never part of what it says."""
    for index, template in enumerate(settings.templates or ()):
        _check_template(template, f"$.templates[{index}]")
    if isinstance(settings, TenantSettings):
        for index, item in enumerate(settings.notices.texts):
            _check_words(item, f"$.notices.texts[{index}]")
    for number, policy in enumerate(settings.policies or ()):
        for index, action in enumerate(policy.actions):
            if isinstance(action, Zip):
                _check_zip(action, f"$.policies[{number}].actions[{index}]")


def _check_template(template: Template, place: str) -> None:
    # When first used: the template engine costs start-up time that tenants without templates need not pay.
    from shared.core.transform.render_template import check_template

    for field, source, html in (("text", template.text, False), ("html", template.html, True)):
        for problem in check_template(source, html=html) if source else ():
            refuse(f"{place}.{field}", f"line {problem.line}: {problem.code} {problem.detail}".rstrip())


def _check_words(item: NoticeText, place: str) -> None:
    if not item.subject and not item.text:
        refuse(place, "must have a subject or a text; leave it out for the built-in words")
    from shared.core.notice.own_words import problems_of_words, variables_of

    for field, problem in problems_of_words(item):
        known = f"; {item.notice} has {named(variables_of(item.notice))}" if problem.code == "unknown-variable" else ""
        refuse(f"{place}.{field}", f"line {problem.line}: {problem.code} {problem.detail}".rstrip() + known)


def _check_zip(action: Zip, place: str) -> None:
    from shared.core.transform.passwords import check_fixed
    from shared.core.transform.zip_file_name import unknown_placeholders

    for word in unknown_placeholders(action.file_name):
        refuse(f"{place}.file_name", f"{{{word}}} is no placeholder; it would stay in the name as it is")
    if action.password:
        try:
            check_fixed(action.password)
        except InvalidSettings as error:
            refuse(f"{place}.password", error.public)

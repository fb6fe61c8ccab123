"""The story of `./dev demo`, in both languages, against a whole instance."""

from __future__ import annotations

import pytest

from local.commands.demo import play
from shared.core.text.language import LANGUAGES, Language
from tests.support.running import Running

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_the_story_goes_as_it_should(
    running: Running, language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = play(running.instance.endpoints, language)
    assert failed == 0, capsys.readouterr().out

"""Errors that stop the host at start, in words for the developer who started it."""

from __future__ import annotations


class StartError(Exception):
    """The app or its settings can't be run by this host; the text names the function or setting and what to change."""

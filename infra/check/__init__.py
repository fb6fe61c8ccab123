"""Checks the Bicep files of ``infra/`` without the Bicep compiler. ``python -m infra.check``."""

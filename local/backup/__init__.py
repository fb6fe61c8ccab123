"""Backup of an instance's storage into one file, and its restoration. Local tooling; no stage of the mail flow."""

"""Conditions of policies and rules: one family per file, pure functions of facts that explain themselves."""

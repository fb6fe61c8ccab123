"""Adaptive Cards for Microsoft Teams: what people are shown of a message there, and what their buttons send (stages 5 and 6)."""

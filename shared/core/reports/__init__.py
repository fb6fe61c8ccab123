"""Counting: from rows of messages to hours, and from hours to reports. Pure."""

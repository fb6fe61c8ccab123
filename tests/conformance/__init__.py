"""The functions in Microsoft's own Python runtime."""

"""The state of a message from decision to end, and who may move it (stages 4a and 6)."""

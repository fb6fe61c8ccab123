"""Copies of one message that came by several transactions: which belong together, and what that means. Decide stage."""

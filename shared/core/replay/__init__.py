"""Replay: what draft settings would have decided about mail that was judged before, out of stored metadata (S5, B5)."""

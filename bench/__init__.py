"""Benchmarks: each module measures one thing side by side with its baseline and offers ``run() -> list[Row]``."""

"""Changing a message (stage 4b): pure functions from a span tree to splices; every byte that no splice names stays.

A transform knows nothing of policies or holds. It gets the tree and its own settled arguments, and gives an ``Edit``.
"""

"""Judging: facts and settings in, a decision with reasons out (stage 3). Does nothing itself."""

"""Larger interoperation runs of `./dev interop`. Local tooling; no stage of the mail flow."""

"""One fake for each port. It passes the same contract test as the adapter (tests/adapters)."""

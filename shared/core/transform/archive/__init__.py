"""Writing encrypted ZIP archives as a stream (stage 4b): records, ciphers, names. Knows nothing of mail."""

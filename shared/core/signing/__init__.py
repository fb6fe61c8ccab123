"""Signatures on what leaves: DKIM and ARC. Pure: keys, DNS records and times come in as arguments."""

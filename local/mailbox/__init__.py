"""The mailbox of local runs: plays next hop and everybody's inbox. See ``local.mailbox.__main__``."""

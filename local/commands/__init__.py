"""Subcommands of `./dev`, one module each; see ``local.cli.COMMANDS``."""

"""The Teams stand-in of local runs: plays Microsoft's side of a Teams bot, and people's chats. See ``local.teams.__main__``."""

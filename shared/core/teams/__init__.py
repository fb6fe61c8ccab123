"""What Teams sends to the bot, and what it gets for an answer, as values. No I/O."""

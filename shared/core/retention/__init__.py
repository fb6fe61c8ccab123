"""How long what is stored of a message stays, and the proof of what was deleted. No I/O."""

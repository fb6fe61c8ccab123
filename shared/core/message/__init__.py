"""A message as it came: byte spans, decoding for display, and the facts that policy may see. Pure; stages receive and parse."""

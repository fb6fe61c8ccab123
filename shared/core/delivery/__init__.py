"""Where mail goes: routes, servers, and how recipients are put together into transactions. Pure."""

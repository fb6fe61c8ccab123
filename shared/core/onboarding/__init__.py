"""Taking a tenant on: what is checked, what is generated for its administrator, and the canary. Pure; part of no stage."""

"""Who may do what in portal and API: roles, rights and how far they reach. No I/O."""

"""The JSON API of portal and other clients: routes declared as data, one dispatcher, one generated document (stage 6)."""

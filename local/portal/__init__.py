"""The web portal on one machine: built from ``portal/`` and served as a static web site would be. Local tooling."""

"""Japanese texts, one module for each topic."""

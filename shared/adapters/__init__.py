"""What fulfils the ports: one SDK each. Adapters decide nothing about mail and never call each other."""

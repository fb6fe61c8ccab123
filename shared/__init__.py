"""What the functions and the relay share: ports and their adapters, use cases, and the pure core below them."""

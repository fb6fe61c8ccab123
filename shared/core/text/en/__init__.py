"""English texts, one module for each topic."""

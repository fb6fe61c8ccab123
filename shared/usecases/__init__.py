"""One file for each thing that the system does. A use case takes the ``App`` and values, and is safe to run twice."""

"""The soak: steady mail at four fifths of what an instance can do, and whether its memory and open files stay flat."""

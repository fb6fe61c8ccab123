"""Who is who, and who may act for whom: what directory and users say, as values. No I/O."""

"""Settings at three levels, merged, compared, imported and exported. Pure; read by use cases of every stage."""

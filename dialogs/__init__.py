"""The ITR engine: reads, checks and walks dialog trees. Pure."""

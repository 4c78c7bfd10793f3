"""How well free text is understood: measured, never used to answer a customer."""

"""Commands for those who run the service. What they need is imported when they run."""

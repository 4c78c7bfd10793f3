"""What a model makes of examples that it has not seen, in words and numbers for the people who write them. Pure."""

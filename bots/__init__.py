"""Connectors, one folder a channel; each translates between the channel and the vocabulary."""

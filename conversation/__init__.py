"""The vocabulary every other part speaks: conversations, messages, events, effects, ports, errors.

Nothing here does anything, and nothing here imports another part of Lotse.
"""

"""The step (pure) and the shell around it: inbox, turn, outbox, timers."""

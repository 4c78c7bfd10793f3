"""The shell around the step: inbox, turns, outbox, jobs and timers."""

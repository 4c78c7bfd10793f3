"""From bot to person: parking, queue, working hours, call-back slots, time-outs. Pure."""

"""Reading what customers type as an answer of a kind: numbers, dates, phones, yes and no. Pure."""

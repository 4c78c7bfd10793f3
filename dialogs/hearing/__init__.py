"""What the customer means where the conversation stands."""

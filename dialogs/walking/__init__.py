"""From step to step until somebody must act."""

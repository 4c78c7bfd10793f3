"""The layers that say what a text means, best first: who is asked, for how long, and who answers when one is slow or down."""

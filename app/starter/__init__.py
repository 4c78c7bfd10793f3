"""What an editor begins with: a bot folder that runs, and the schemas that a text editor completes words from."""

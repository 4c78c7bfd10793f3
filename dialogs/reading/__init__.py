"""A bot folder's files → a bot that can run, or what is wrong with them and where."""

"""What the bot says: texts, templates, questions with their choices."""

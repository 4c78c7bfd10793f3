"""Understanding free text: language, intent, entities, trained on the bot's own examples."""

"""Runs the back-end actions of a bot folder (rasa-sdk) in this process."""

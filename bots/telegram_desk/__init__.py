"""Telegram for operators: a group whose forum topics are chats. ``desk.py`` is its door."""

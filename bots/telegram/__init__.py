"""Telegram for customers, through the Bot API."""

"""A conversation of fifty turns through five publications: through the real engine, on SQLite, on a clock that is turned."""

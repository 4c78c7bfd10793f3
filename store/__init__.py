"""The SQL store (one code for SQLite and PostgreSQL), migrations, and the bus."""

"""What Alembic runs: the caller has opened the transaction, and commits it."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    on_version_apply=context.config.attributes.get("step"),
)
context.run_migrations()

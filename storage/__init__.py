"""The rows: transactions, claims and the outbox. Row classes never leave this package."""

"""SQLAlchemy models and sessions for SQLite and PostgreSQL."""

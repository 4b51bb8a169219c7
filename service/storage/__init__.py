"""The store: the append-only event log, the state folded from it, the answers and the API keys.

All SQL of the service lives in this package, written once for SQLite and PostgreSQL.
"""

from service.storage.log import Event, State, fold
from service.storage.store import Store

__all__ = ["Event", "State", "Store", "fold"]

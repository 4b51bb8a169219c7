"""The one writer: a thread that puts all waiting writes into one transaction, so that they share one disk sync."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from data.errors import PilahError
from service.storage.engine import storage_error

T = TypeVar("T")
Job = Callable[[Connection], Any]
_GROUP = 64  # writes in one transaction at most: bounds the wait of the first


class Writer:
    """Run jobs in order, each whole or not at all; a future is done only once its job is on the disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Connection], T]) -> Future[T]:
        """Queue a job.

        :param job: what to write; it gets the connection of the shared transaction.
        :raises PilahError: PLH-501 if the writer was closed.
        """
        if self._closed:
            raise PilahError("PLH-501", "the server is stopping")
        future: Future[T] = Future()
        self._queue.put((job, future))
        return future

    def close(self) -> None:
        """Finish what is queued and stop."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            group: list[tuple[Job, Future[Any]]] = []
            item = self._queue.get()
            while item is not None:
                if item[1].set_running_or_notify_cancel():
                    group.append(item)
                if len(group) >= _GROUP or self._queue.empty():
                    break
                item = self._queue.get()
            running = item is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[tuple[Job, Future[Any]]]) -> None:
        outcomes: list[tuple[Any, BaseException | None]] = []
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                for job, _ in group:
                    try:
                        # A job that fails alone takes the transaction with it; among others it has a savepoint.
                        with connection.begin_nested() if len(group) > 1 else nullcontext():
                            outcomes.append((job(connection), None))
                    except Exception as error:
                        if len(group) == 1:
                            raise
                        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError):
                            raise  # the database itself failed: nobody's write is kept
                        outcomes.append((None, error))
        except BaseException as error:  # the whole group failed; each waiter is told
            coded = storage_error(error) if isinstance(error, DBAPIError) else error
            for _, future in group:
                future.set_exception(coded)
            return
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

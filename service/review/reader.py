"""Take in an uploaded export: every row goes the one way in, the file is deleted once it was read."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

from data.complaint import Record
from data.errors import PilahError
from data.readers import BadRow, read_records
from service.archive import events_of
from service.intake import Intake
from service.review.row_faults import file_fault, row_fault
from service.schemas import MAX_TEXT
from service.storage.people import User, get_user
from service.storage.uploads import FAILED, FINISHED, Upload, running, set_progress
from service.viewer import EVERYTHING, SCOPES, Viewer

log = logging.getLogger(__name__)
_STEP = 10  # rows between two notes of how far it is
_MOST_PROBLEMS = 200
_ID = re.compile(r"[^\s\x00-\x1f#/?\\~][^\x00-\x1f/?#\\~]{0,149}")


class Reader:
    """Read uploads one after another, beside everything else."""

    def __init__(self, intake: Intake, folder: Path) -> None:
        self._intake = intake
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(1)

    def path(self, upload: Upload) -> Path:
        """Return where the file of an upload is until it was read."""
        return self._folder / f"{upload.id}{Path(upload.name).suffix.casefold()}"

    def begin(self, upload: Upload) -> None:
        """Read an upload in the background."""
        task = asyncio.create_task(self._run(upload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self) -> None:
        """Go on with what a stop of the server interrupted; rows that were stored are known by their content."""
        for upload in self._intake.store.read(running):
            if self.path(upload).exists():  # otherwise it is another server's
                self.begin(upload)

    async def stop(self) -> None:
        """Interrupt what runs; the next start goes on with it."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, upload: Upload) -> None:
        async with self._turn:
            problems: list[str] = []
            status = FINISHED
            try:
                user = self._intake.store.read(lambda connection: get_user(connection, upload.user_id))
                await self._read(upload, user, problems)
            except PilahError as error:
                status = FAILED
                log.warning("an upload was refused", extra={"code": error.code, "detail": error.detail})
                problems.append(file_fault(error))
            except Exception as error:
                log.error("an upload failed", exc_info=error)
                status = FAILED
                problems.append("Berkas tidak dapat diproses sampai selesai (PLH-500).")
            self.path(upload).unlink(missing_ok=True)
            await self._note(upload, problems=problems[:_MOST_PROBLEMS], status=status)

    async def _note(self, upload: Upload, **values: object) -> None:
        store = self._intake.store
        await asyncio.wrap_future(store.write(lambda c: set_progress(c, upload.id, **values)))  # type: ignore[arg-type]

    async def _read(self, upload: Upload, user: User, problems: list[str]) -> None:
        path = self.path(upload)

        def note(bad: BadRow) -> None:
            problems.append(row_fault(bad))

        records = await asyncio.to_thread(_records, path, note)
        await self._note(upload, total=len(records), done=0)
        rows: list[tuple[int, str]] = []
        for number, record in enumerate(records, start=1):
            wrong = await self._take(record, user)
            if wrong is None:
                rows.append((record.row, record.complaint.id))
            else:
                problems.append(f"baris {record.row}: {wrong}")
            if number % _STEP == 0 or number == len(records):
                await self._note(upload, rows=rows, done=number, problems=problems[:_MOST_PROBLEMS])
                rows = []
            await asyncio.sleep(0)

    async def _take(self, record: Record, user: User) -> str | None:
        """Store one row and say what was wrong with it, in Indonesian."""
        complaint, store = record.complaint, self._intake.store
        if not _ID.fullmatch(complaint.id):
            return "nomor laporan memuat tanda yang tidak dapat dipakai"
        if len(complaint.text) > MAX_TEXT:
            return f"isi laporan lebih dari {MAX_TEXT} karakter"
        state, stored = store.look_up(complaint.id, user.viewer())
        if state is None and stored:
            return "nomor laporan ini sudah dipakai di luar wilayah Anda"
        # The answer is made with all duplicates; what of it a person may see is decided when it is shown.
        viewer = Viewer(id=user.id, sender=user.team, scopes=frozenset(SCOPES))
        try:
            await self._intake.assess(complaint, viewer)
            for event in events_of(record):
                await self._intake.record(event, EVERYTHING)
        except PilahError as error:
            if error.info.status >= 500 and error.code != "PLH-505":
                raise
            return f"{error.info.title_id} ({error.code})"
        return None


def _records(path: Path, note: Callable[[BadRow], None]) -> list[Record]:
    return list(read_records(path, on_bad_row=note))

"""Follow a stream of complaints by hundreds: when a drift alarm begins, how long it stands, and why it ends.

An alarm begins when a shift is far beyond the ordinary, or when it is seen at two looks in a row. It ends

- when the shift is gone: two looks in a row do not see it; what it was then counts as ordinary;
- when people's blind decisions since it began show that the stated probabilities still hold: the latest complaints are
  then the new reference;
- with the next model, which begins anew.

The reference of each quantity grows with the quiet past, so that it comes to know bursts and seasons, and stands still
during an alarm. Once five hundred complaints have come since an alarm began, a shift against these is told again: the
world may change a second time before the first alarm has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from evaluation.drift import QUANTITIES, STEP, WINDOWS, Alarm, Audited, Observation, fewer_right, look

REFERENCE = 500
"""Complaints that a reference has at least."""
MOST_REFERENCE = 2_000
"""Complaints that it has at most: hundreds spread evenly over a longer past."""
GONE = 2
"""Looks in a row without a shift that end an alarm."""
ENOUGH_AUDITED = 50
TOLERATED = 0.05
"""By how much fewer audited suggestions than stated may be right."""
_DOUBT = 0.05
_WINDOW = max(WINDOWS) // STEP


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold an alarm that stands.

    :param hundreds: complaints in hundreds after which it began, or was told again.
    :param place: of the last complaint then, in the numbering of :class:`evaluation.drift.Audited`.
    :param until: hundred before which the reference ends while it stands.
    :param quiet: looks since that did not see the shift, in a row.
    :param suspected: whether the newest look saw a further shift against the complaints since it began.
    """

    alarm: Alarm
    hundreds: int
    place: int
    until: int
    quiet: int = 0
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """Hold the end of an alarm.

    :param why: ``gone`` or ``audit``.
    :param hundreds: complaints in hundreds after which it ended.
    """

    standing: Standing
    why: str
    hundreds: int
    says: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Hold where the watch of one model stands.

    :param first: hundred at which the reference begins.
    :param least: hundreds that the reference has at least.
    :param looked: hundreds up to the newest look.
    :param place: of the complaint after which audited ones count.
    :param suspected: quantities with a shift at the newest look that no alarm tells yet.
    """

    first: int = 0
    least: int = REFERENCE // STEP
    looked: int = 0
    place: int = 0
    standing: tuple[Standing, ...] = ()
    suspected: tuple[str, ...] = ()

    @property
    def next_look(self) -> int:
        """Return after how many hundreds the next look is due."""
        return max(self.looked, self.first + self.least) + 1

    def untils(self, hundreds: int) -> dict[int, list[str]]:
        """Return before which hundred the reference ends at a look after so many, and for which quantities.

        >>> Watch().untils(12) == {8: list(QUANTITIES)}
        True
        """
        quiet = max(self.first + self.least, hundreds - _WINDOW)
        held = {one.alarm.what: one.until for one in self.standing}
        found: dict[int, list[str]] = {}
        for what in QUANTITIES:
            found.setdefault(held.get(what, quiet), []).append(what)
        return found

    def reference(self, until: int) -> range:
        """Return the hundreds of the reference that ends before one."""
        return spread(self.first, until)


def spread(first: int, until: int) -> range:
    """Return the hundreds from one to another, or as many as a reference may have, spread evenly.

    >>> spread(0, 5), spread(0, 50)
    (range(0, 5), range(0, 50, 3))
    """
    return range(first, until, -(-(until - first) * STEP // MOST_REFERENCE))


Read = Callable[[int], Sequence[Observation]]


def step(
    watch: Watch, hundreds: int, read: Read, place: int, audited: Sequence[Audited] = ()
) -> tuple[Watch, list[Standing], list[Ended]]:
    """Look once, and return where the watch stands then, the alarms that began and those that ended.

    :param hundreds: after so many hundreds of complaints.
    :param read: gives a hundred of observations, counted from 0.
    :param place: of the last complaint, in the numbering of ``audited``.
    :param audited: decided complaints of the blind audit, in order of their places.
    """
    watch, ended = judge(watch, hundreds, place, audited)
    counted = [one for one in audited if one.place > watch.place]

    def shifts_against(past: range, watched: Collection[str]) -> dict[str, Alarm]:
        reference = [one for hundred in past for one in read(hundred)]
        latest = [one for hundred in range(max(past.stop, hundreds - _WINDOW), hundreds) for one in read(hundred)]
        found: dict[str, Alarm] = {}
        for alarm in look(reference, latest, counted, hundreds, watched):
            if alarm.what not in found or alarm.sudden:
                found[alarm.what] = alarm
        return found

    shifts: dict[str, Alarm] = {}
    for until, watched in watch.untils(hundreds).items():
        shifts |= shifts_against(watch.reference(until), watched)
    stand, began = [], []
    for one in watch.standing:
        what, quiet = one.alarm.what, 0 if one.alarm.what in shifts else one.quiet + 1
        if quiet >= GONE and what != "calibration":
            ended.append(Ended(one, "gone", hundreds, f"not seen at {quiet} looks in a row"))
        else:
            until, further = max(one.hundreds + watch.least, hundreds - _WINDOW), None
            if hundreds > until and what in shifts and what != "calibration":
                further = shifts_against(spread(one.hundreds, until), [what]).get(what)
            if further is not None and (further.sudden or one.suspected):
                began.append(Standing(further, hundreds, place, one.until))
            else:
                stand.append(replace(one, quiet=quiet, suspected=further is not None))
    told = {one.alarm.what for one in watch.standing}
    fresh = [alarm for what, alarm in shifts.items() if what not in told]
    until = max(watch.first + watch.least, hundreds - _WINDOW)
    began += [Standing(a, hundreds, place, until) for a in fresh if a.sudden or a.what in watch.suspected]
    suspected = tuple(alarm.what for alarm in fresh if all(alarm is not one.alarm for one in began))
    after = replace(watch, looked=hundreds, standing=(*stand, *began), suspected=suspected)
    return after, began, ended


def judge(watch: Watch, hundreds: int, place: int, audited: Sequence[Audited]) -> tuple[Watch, list[Ended]]:
    """End all alarms if the blind decisions since the newest one began show that the stated probabilities hold.

    :param hundreds: complaints in hundreds up to now; the last five are then the reference.
    :param place: as for :func:`step`.
    """
    newest = max((one.place for one in watch.standing), default=None)
    says = None if newest is None else holds([one for one in audited if one.place > newest])
    if says is None:
        return watch, []
    ended = [Ended(one, "audit", hundreds, says) for one in watch.standing]
    least = REFERENCE // STEP
    first = max(0, hundreds - least)
    return replace(watch, first=first, least=least, place=place, standing=(), suspected=()), ended


def holds(audited: Sequence[Audited], seed: int = 0) -> str | None:
    """Say how well the stated probabilities hold, if they do: of all, and of the surer half.

    The surer half is asked by itself since only sure answers are routed.
    """
    if len(audited) < ENOUGH_AUDITED:
        return None
    surer = sorted(audited, key=lambda one: -one.stated)[: len(audited) // 2]
    parts = [fewer_right(part, seed) for part in (audited, surer)]
    if any(p <= _DOUBT or right < stated - TOLERATED for right, stated, p in parts):
        return None
    right, stated, _ = parts[0]
    return f"{right:.0%} right where {stated:.0%} was stated, on {len(audited)} audited complaints since it began"


def follow(reference: Sequence[Observation], stream: Sequence[Observation]) -> tuple[list[Standing], list[Ended]]:
    """Go through a stream, and return every alarm that began and every end of one.

    Their ``hundreds`` count from the beginning of the reference, of which the newest whole hundreds count.

    :param reference: in order of time.
    """
    rows = [*reference[len(reference) % STEP :], *stream]
    watch, begun, ends = Watch(least=len(reference) // STEP), [], []
    for hundreds in range(watch.next_look, len(rows) // STEP + 1):
        watch, began, ended = step(
            watch, hundreds, lambda hundred: rows[hundred * STEP : (hundred + 1) * STEP], hundreds * STEP
        )
        begun += began
        ends += ended
    return begun, ends

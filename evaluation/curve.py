"""Draw the learning curve: how much more rows would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from data.complaint import Record
from data.errors import PilahError
from evaluation.protocols import QUESTIONS, Learner, Split, without_giveaways
from evaluation.together import ask_together

SHARES = (0.25, 0.5)


def learning_curve(records: Sequence[Record], split: Split, learner: Learner, seed: int) -> list[dict[str, Any]]:
    """Fit on parts of a split's training rows and measure on its test rows.

    :param records: cleaned.
    :param seed: draws the parts; each holds the smaller one.
    :return: for each part its rows and the accuracy by question; parts that are too small are left out.
    """
    order = np.random.default_rng(seed).permutation(split.train)
    test = [without_giveaways(records[i]) for i in split.test]
    points = []
    for share in SHARES:
        rows = np.sort(order[: round(share * order.size)])
        try:
            predictor = learner.fit([records[i] for i in rows])
        except PilahError:
            continue
        cases = ask_together(test, {"a": predictor}, quiet=True)
        point: dict[str, Any] = {"rows": int(rows.size)}
        for question in QUESTIONS:
            rights = [
                answer.ranked[:1] == (truth,)
                for case in cases
                if (truth := getattr(case.truth, question)) is not None
                and (answer := case.answers["a"].get(question)) is not None
            ]
            if rights:
                point[question] = round(sum(rights) / len(rights), 4)
        points.append(point)
    return points

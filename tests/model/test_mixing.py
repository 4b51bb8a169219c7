"""The answer made of ranked candidates."""

from data.complaint import Complaint
from model.triage import Triage


def test_no_label_is_named_twice_where_no_place_tells_the_offices_apart() -> None:
    agency = Triage.load().assess(Complaint(id="1", text="lampu")).agency
    assert agency is not None
    labels = [agency.label, *(other.label for other in agency.alternatives)]
    assert len(labels) == len(set(labels)) == 5

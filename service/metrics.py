"""The few numbers that the server counts, in Prometheus form; totals of the process, never of a region or a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Hold the metrics of one app; each is described in ``docs/api.md``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "pilah_requests_total", "HTTP requests.", ["method", "route", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "pilah_request_seconds",
            "Time to answer an HTTP request.",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.complaints = Counter(
            "pilah_complaints_total", "Complaints taken in, by outcome.", ["outcome"], registry=self.registry
        )
        self.events = Counter("pilah_events_total", "Events taken in, by kind.", ["kind"], registry=self.registry)
        self.seconds = Histogram(
            "pilah_stage_seconds",
            "Time of one stage of an answer.",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.model = Gauge(
            "pilah_model_info", "The model that answers; always 1.", ["id", "bundle"], registry=self.registry
        )
        self.alerts = Gauge("pilah_alerts", "Alerts that stand, by kind.", ["kind"], registry=self.registry)
        self.shadow = Counter(
            "pilah_shadow_total", "Complaints that a shadow model answered too.", ["outcome"], registry=self.registry
        )
        self.learning = Gauge("pilah_learning", "1 while decisions are read or learned from.", registry=self.registry)
        self.cursor = Gauge("pilah_event_cursor", "Last event of the log that the index holds.", registry=self.registry)

    def text(self) -> bytes:
        """Return all metrics in the Prometheus text format."""
        return generate_latest(self.registry)

"""Pictures of a run for people: one HTML page that needs nothing else, light and dark, in Korean and English."""

from miner.report.page import write_report

__all__ = ["write_report"]

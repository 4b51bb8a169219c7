"""Floor 3: metrics, protocols, reports and robustness."""

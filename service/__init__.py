"""Floor 5: HTTP API, pages, storage, security, speed benchmarks and the command line."""

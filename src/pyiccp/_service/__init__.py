"""The node as a daemon: its store, its control socket, its log, its metrics."""

"""The project: settings, entry points, command line, and the pages that mix domains."""

__version__ = "0.1.0"

"""Content that people stop on all calls at once, and bulletins: kept in a file, followed by every calls process."""

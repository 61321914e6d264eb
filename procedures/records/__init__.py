"""The published records behind the content: how they are read from files, compared, and known by their hashes."""

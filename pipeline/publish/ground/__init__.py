"""The ground that a build stands on: folders, files, what is remembered of them, and processes that share the work."""

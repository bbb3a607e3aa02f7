"""A judge of a built site, by tools that others wrote and by rules that others published. Called by ``__main__``."""

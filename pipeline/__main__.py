"""``python -m pipeline`` is the command ``byline``."""

from pipeline.cli import main

main()

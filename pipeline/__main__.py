"""``python -m pipeline`` is the command ``byline``."""

from pipeline.cli import main

if __name__ == "__main__":  # a process that parses feeds loads this module too, and must not run the command again
    main()

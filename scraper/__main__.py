"""`python -m scraper`: the same as `mikroscope`."""

from scraper.cli import main

if __name__ == "__main__":
    main()

"""Where the project is, and the real texts beside it that some measurements are made on."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
REVIEWS = DATA / "movie-reviews.csv.gz"

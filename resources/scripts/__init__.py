"""Scripts for those who work on the project: they set it up and take its pictures."""

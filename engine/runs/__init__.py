"""Training runs on the disk: a folder for each, written while it trains, read to go on exactly."""

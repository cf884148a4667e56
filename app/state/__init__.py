"""What the window knows, kept apart from how it shows it."""

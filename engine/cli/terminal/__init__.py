"""What is shown in a terminal, or written as JSON lines, and the streams it goes to."""

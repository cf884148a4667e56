"""What is found out beside the writing and the typing, one controller for each kind of it."""

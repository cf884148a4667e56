"""What the model is asked beside the writing, one controller for each kind of question."""

"""The half of the tab that writes: its settings, the sentences, and taking them away in a file."""

"""Between a tab, the session and the engine: what happens when."""

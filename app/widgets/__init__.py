"""Parts from which the tabs are built."""

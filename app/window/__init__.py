"""The window around the three tabs: menus, messages, closing, and what spans the features."""

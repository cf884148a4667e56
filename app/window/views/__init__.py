"""What the window shows around its tabs: the start page, messages, the glossary, a drop's hint."""

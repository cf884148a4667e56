"""From words back to text, as the text that they come from writes."""

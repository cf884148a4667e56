"""What every feature may show and use: colours, numbers as text, labels, tables, plots, files."""

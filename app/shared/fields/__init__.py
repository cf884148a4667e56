"""Fields that Qt lacks: decimals in any locale, several columns, a line that suggests words."""

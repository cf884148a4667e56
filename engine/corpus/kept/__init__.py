"""Prepared texts on the disk: found again by what made them, checked before they are used."""

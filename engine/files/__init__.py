"""Files that nothing can damage and that cannot damage us: written whole, read with distrust."""

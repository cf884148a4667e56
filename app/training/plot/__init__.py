"""The live plot of the losses: its points, its lines, what is drawn beside them, and its export."""

"""The window: three tabs over the engine, which does all of the counting.

Nothing in here imports PyTorch; a corpus or a model is handed from the engine
to the engine, unopened.
"""

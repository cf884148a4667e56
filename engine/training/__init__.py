"""One training run: its loop, what decides and counts, where it computes, and how it goes on.

Read it in this order: `trainer` (the loop), `placement` and `steps` (what a step is, and where),
`optimizers`, `evaluation`, `schedule` (what a loss means), `progress`, `state`.
"""

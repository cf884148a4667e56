"""The engine for people at a prompt: read a text, train, write, score, without events and controls.

Each function drives one of the engine's streams to its end, with a progress bar, and returns a
plain result; Ctrl+C ends it early and keeps what there is. Programs use the streams themselves.
Read `reading` (a text), `model` (train, write, score), then `results` and `progress`.
"""

"""The ideas, as plain values and pure functions: no disk, no threads, no other room."""

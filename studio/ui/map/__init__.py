"""The map of a model: its training pictures as islands, and every place between them as a picture."""

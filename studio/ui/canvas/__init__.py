"""The endless canvas: its state, how it is drawn and the room around it."""

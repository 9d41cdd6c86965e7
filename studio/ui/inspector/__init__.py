"""What can be done with a picture's latent, as sections of the panel beside the canvas."""

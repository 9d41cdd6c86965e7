"""The only room with ONNX Runtime: latents to pictures and back."""

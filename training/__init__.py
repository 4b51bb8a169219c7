"""Floor 4: fitting, calibration, encoder and duplicate-scorer training, and the model registry."""

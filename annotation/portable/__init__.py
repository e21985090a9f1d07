"""What a downloaded model is made of: plain files and a scorer that needs NumPy alone."""

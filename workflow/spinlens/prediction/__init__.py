"""Trained models on new calculations, and the range they were trained on."""

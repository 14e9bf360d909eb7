"""Fits: batches, augmentation, several GPUs."""

"""Fits: batches, augmentation, several GPUs, outputs."""

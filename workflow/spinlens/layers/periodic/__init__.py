"""Convolution of periodic fields over a supercell that is never made, and what follows it."""

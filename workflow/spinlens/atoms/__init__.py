"""Networks on atoms as points.

points, training_loop: arrays, layers and training that all share
structure_sets: molecules and crystals to learn from, and their splits
tetris, gravity: shapes of cubes and point masses, whose laws are known
missing_atom, missing_atom_training: element and place of an atom that was removed
moments, moment_scores: moments of crystals from structure alone, and what to compute next
fingerprints, representations, representation_scores, sensitivity: representations compared
motifs, autoencoder, autoencoder_training, code_fitting, autoencoder_scores: structures as codes
latent, proposals: the map of the codes, and new structures decoded from them
"""

"""Exchange constants J1, J2, J3 with errors, ground states, Monte Carlo."""

"""Find and read one calculation: its charge file, its labels, and whether both can be trusted."""

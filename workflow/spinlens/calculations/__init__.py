"""Find and read one calculation: its charge file, its labels, and the checks of both."""

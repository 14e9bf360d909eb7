"""Network families, their heads, cost and memory, loading."""

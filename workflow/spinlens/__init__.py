"""The library of the spinlens workflow: from raw calculation folders to filters and evidence."""

"""Tables as pages, and the first page of the report."""

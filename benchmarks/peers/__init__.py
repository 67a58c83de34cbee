"""The same index as others would write it."""

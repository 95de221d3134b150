"""Measures the product beside others. Not part of it: nothing of core, storage or bot imports this."""

"""The rules of the product: values in, values out. No I/O, no clock, no randomness."""

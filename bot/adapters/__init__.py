"""The world out: one adapter per port."""

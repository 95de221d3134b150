"""Use cases. They know the ports and the storage, never an adapter or a vendor."""

"""DNS out: asks name servers what the core wants to know."""

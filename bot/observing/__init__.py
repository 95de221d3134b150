"""The optional port: is the process alive, is it ready, and what does it do, in Prometheus' words."""

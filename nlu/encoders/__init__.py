"""The sentence encoders that a service can have; each is a module of its own."""

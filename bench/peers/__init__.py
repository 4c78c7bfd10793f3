"""What the service is compared with: programs that do the same work without keeping any of it."""

"""The desk: what operators see and do, on the service's side."""

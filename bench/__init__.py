"""Benchmarks: each figure stands beside a floor or a peer that was measured in the same run.

``python -m bench`` runs all of them briefly. Server and load generator are processes of their own, each on one core.
"""

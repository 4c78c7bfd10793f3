"""Dialogs as pictures: SVG for people, Mermaid for reviews."""

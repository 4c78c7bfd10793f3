"""The product's own texts, one folder a language."""

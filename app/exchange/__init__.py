"""Texts go to translators as gettext PO and come back."""

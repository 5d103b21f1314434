"""Synthetic sessions of autonomous cabinets, with exact truth. See README.md beside this file."""

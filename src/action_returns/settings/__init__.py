"""Profiles and passwords."""

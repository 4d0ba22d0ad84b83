"""Redivision: cutting outlines, checking a draft, and proposing one."""

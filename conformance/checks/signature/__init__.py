"""Signatures of instructions."""

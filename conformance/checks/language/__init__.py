"""The same content in English, Traditional and Simplified Chinese."""

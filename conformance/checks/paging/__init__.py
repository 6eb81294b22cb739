"""Lists that come complete, page by page."""

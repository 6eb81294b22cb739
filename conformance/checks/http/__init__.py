"""The HTTP of reads: media types, status codes, methods, queries, framing."""

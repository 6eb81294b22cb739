"""A described bank whose callers show signed tokens, and whose lists lead on by links and cursors."""

"""The contract's checks at small described banks."""

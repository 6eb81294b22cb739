"""The lint of published API descriptions, a check for each rule."""

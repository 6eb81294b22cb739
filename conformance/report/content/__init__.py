"""What a report says, whatever its format: the roll-up of a run, its findings, its facts, its words."""

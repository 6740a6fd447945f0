"""The desk's hands: the only modules that call AWS."""

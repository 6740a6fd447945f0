"""The local cloud: the whole desk on one machine, without an account."""

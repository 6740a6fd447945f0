"""What the desk knows and decides. Pure: no clock, no environment, no logging, no input or output."""

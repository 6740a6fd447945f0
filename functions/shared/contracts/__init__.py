"""What the functions say to one another: words, and events on the bus. Nothing else is shared knowledge."""

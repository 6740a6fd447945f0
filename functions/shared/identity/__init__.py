"""Who is asking: tokens, links, sessions and forms, all turned into one `Principal`."""

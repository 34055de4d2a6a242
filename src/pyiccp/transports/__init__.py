"""Where octets meet the world: cables of every kind, and the loop that runs a node on them. Trio lives here."""

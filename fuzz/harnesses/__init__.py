"""One module per way in. The first line of each says what must hold whatever comes in."""

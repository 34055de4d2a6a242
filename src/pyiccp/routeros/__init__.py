"""RouterOS configuration text in, RouterOS monitor layouts out."""

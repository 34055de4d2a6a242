"""One MLAG bridge or one LACP client: octets in, cores, octets out."""

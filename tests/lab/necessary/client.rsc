# A client with a bond over both nodes.
/interface bonding add lacp-rate=1sec mode=802.3ad name=bond1 slaves=sfp1,sfp2 transmit-hash-policy=layer-3-and-4

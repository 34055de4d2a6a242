/interface bonding
add lacp-rate=1sec mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2

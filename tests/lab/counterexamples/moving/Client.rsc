/interface bonding
add lacp-rate=1sec mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2
/interface bridge
add name=bridge1 protocol-mode=none
/interface bridge port
add bridge=bridge1 interface=bond1
add bridge=bridge1 interface=ether3

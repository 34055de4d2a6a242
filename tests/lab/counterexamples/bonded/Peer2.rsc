/interface bonding
add lacp-rate=1sec mlag-id=10 mode=802.3ad name=client-bond slaves=sfp-sfpplus2
add lacp-rate=1sec mode=802.3ad name=peer-bond slaves=sfp-sfpplus1,sfp-sfpplus3
/interface bridge
add name=bridge1 vlan-filtering=yes
/interface bridge port
add bridge=bridge1 interface=peer-bond pvid=99
add bridge=bridge1 interface=client-bond
/interface bridge vlan
add bridge=bridge1 tagged=peer-bond vlan-ids=1
/interface bridge mlag
set bridge=bridge1 peer-port=peer-bond

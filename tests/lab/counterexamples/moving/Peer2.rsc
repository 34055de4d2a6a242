/interface bonding
add lacp-rate=1sec mlag-id=10 mode=802.3ad name=client-bond slaves=sfp-sfpplus2
/interface bridge
add name=bridge1 vlan-filtering=yes
/interface bridge port
add bridge=bridge1 interface=sfp-sfpplus1 pvid=99
add bridge=bridge1 interface=client-bond
add bridge=bridge1 edge=yes interface=ether1
/interface bridge vlan
add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1
/interface bridge mlag
set bridge=bridge1 peer-port=sfp-sfpplus1

# A node of the pair: a client's bond, an orphan host on ether1, an uplink on ether2.
/interface bonding add lacp-rate=1sec mlag-id=10 mode=802.3ad name=client-bond slaves=sfp2
/interface bridge add name=bridge1 vlan-filtering=yes
/interface bridge port add bridge=bridge1 interface=sfp1 pvid=99
/interface bridge port add bridge=bridge1 interface=client-bond edge=yes
/interface bridge port add bridge=bridge1 interface=ether1 edge=yes
/interface bridge port add bridge=bridge1 interface=ether2
/interface bridge vlan add bridge=bridge1 tagged=sfp1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp1

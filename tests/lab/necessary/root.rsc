# A third switch, the root of the spanning tree, wired to both nodes.
/interface bridge add name=bridge1 priority=0x1000
/interface bridge port add bridge=bridge1 interface=ether1
/interface bridge port add bridge=bridge1 interface=ether2

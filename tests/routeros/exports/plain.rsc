# 2026-07-19 10:31:06 by RouterOS 7.21.3
# software id = ABCD-EFGH
#
# model = CRS309-1G-8S+
/interface bridge
add admin-mac=74:4D:28:11:70:6B auto-mac=no name=bridge1 priority=0x1000 \
    vlan-filtering=yes
/interface ethernet
set [ find default-name=ether1 ] comment="mgmt, \"out of band\"" disabled=yes
set [ find default-name=sfp-sfpplus3 ] name=uplink
/interface bonding
add lacp-rate=1sec mlag-id=10 mode=802.3ad name=client-bond slaves=\
    sfp-sfpplus2 transmit-hash-policy=layer-2-and-3
/interface list
add name=LAN
/interface bridge port
add bridge=bridge1 frame-types=admit-only-vlan-tagged interface=sfp-sfpplus1
# disabled
add bridge=bridge1 disabled=yes interface=sfp-sfpplus4
add bridge=bridge1 edge=yes interface=client-bond pvid=10
add bridge=bridge1 interface=uplink
add bridge=bridge1 interface=*2C
/interface bridge vlan
add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1,10
add bridge=bridge1 tagged=sfp-sfpplus1,client-bond,\
    uplink vlan-ids=20-22
/interface bridge mlag
set bridge=bridge1 peer-port=sfp-sfpplus1 priority=50
/ip address
add address=192.0.2.1/24 interface=ether1 network=192.0.2.0
/system identity
set name=Peer1

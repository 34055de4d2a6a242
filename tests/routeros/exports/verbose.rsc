# 2026-07-19 10:31:08 by RouterOS 7.21.3
/interface bridge
add add-dhcp-option82=no admin-mac=74:4D:28:11:70:6B ageing-time=5m arp=\
    enabled arp-timeout=auto auto-mac=no comment="" dhcp-snooping=no disabled=\
    no ether-type=0x8100 fast-forward=yes forward-delay=15s \
    forward-reserved-addresses=no frame-types=admit-all igmp-snooping=no \
    ingress-filtering=yes max-learned-entries=auto max-message-age=20s mtu=auto \
    mvrp=no name=bridge1 port-cost-mode=long priority=0x1000 protocol-mode=rstp \
    pvid=1 transmit-hold-count=6 vlan-filtering=yes
/interface ethernet
set [ find default-name=ether1 ] advertise=10M-baseT-half,10M-baseT-full,\
    100M-baseT-half,100M-baseT-full,1G-baseT-half,1G-baseT-full arp=enabled \
    arp-timeout=auto auto-negotiation=yes bandwidth=unlimited/unlimited \
    comment="mgmt, \"out of band\"" disabled=yes l2mtu=1592 loop-protect=\
    default loop-protect-disable-time=5m loop-protect-send-interval=5s \
    mac-address=74:4D:28:11:70:6A mtu=1500 name=ether1 orig-mac-address=\
    74:4D:28:11:70:6A rx-flow-control=off tx-flow-control=off
set [ find default-name=sfp-sfpplus1 ] advertise="" auto-negotiation=yes \
    disabled=no fec-mode=auto mtu=1500 name=sfp-sfpplus1 sfp-ignore-rx-los=no \
    sfp-rate-select=high sfp-shutdown-temperature=95C speed=10Gbps
set [ find default-name=sfp-sfpplus2 ] auto-negotiation=yes disabled=no mtu=\
    1500 name=sfp-sfpplus2
set [ find default-name=sfp-sfpplus3 ] auto-negotiation=yes disabled=no mtu=\
    1500 name=uplink
set [ find default-name=sfp-sfpplus4 ] disabled=no mtu=1500 name=sfp-sfpplus4
set [ find default-name=sfp-sfpplus8 ] disabled=no mtu=1500 name=sfp-sfpplus8
/interface ethernet switch
set 0 cpu-flow-control=yes l3-hw-offloading=no mirror-egress-target=none \
    name=switch1 qos-hw-offloading=no
/interface ethernet switch port
set 0 !egress-rate !ingress-rate l3-hw-offloading=yes
/interface bonding
add arp=enabled arp-interval=100ms arp-ip-targets="" arp-timeout=auto disabled=\
    no down-delay=0ms lacp-mode=active lacp-rate=1sec !lacp-system-id \
    lacp-user-key=0 link-monitoring=mii mii-interval=100ms min-links=0 mlag-id=\
    10 mode=802.3ad mtu=1500 name=client-bond primary=none slaves=sfp-sfpplus2 \
    transmit-hash-policy=layer-2-and-3 up-delay=0ms
/interface list
set [ find name=all ] comment="contains all interfaces" exclude="" include=""
add exclude="" include="" name=LAN
/interface bridge port
add auto-isolate=no bpdu-guard=no bridge=bridge1 broadcast-flood=yes disabled=\
    no edge=auto fast-leave=no frame-types=admit-only-vlan-tagged horizon=none \
    hw=yes ingress-filtering=yes interface=sfp-sfpplus1 !internal-path-cost \
    learn=auto multicast-router=temporary-query mvrp-applicant-state=\
    normal-participant mvrp-registrar-state=normal !path-cost point-to-point=\
    auto priority=0x80 pvid=1 restricted-role=no restricted-tcn=no \
    tag-stacking=no trusted=no unknown-multicast-flood=yes \
    unknown-unicast-flood=yes
# disabled
add bridge=bridge1 disabled=yes interface=sfp-sfpplus4 pvid=1
add bridge=bridge1 disabled=no edge=yes interface=client-bond pvid=10
add bridge=bridge1 disabled=no edge=auto interface=uplink
add bridge=bridge1 disabled=no interface=*2C
/interface bridge settings
set allow-fast-path=yes use-ip-firewall=no
/interface bridge vlan
add bridge=bridge1 comment="" disabled=no mvrp-forbidden="" tagged=\
    sfp-sfpplus1 untagged="" vlan-ids="1,10"
add bridge=bridge1 disabled=no tagged="sfp-sfpplus1,client-bond,uplink" \
    untagged="" vlan-ids=20,21,22
/interface bridge mlag
set bridge=bridge1 heartbeat=00:00:05 peer-port=sfp-sfpplus1 priority=50
/ip address
add address=192.0.2.1/24 interface=ether1 network=192.0.2.0
/ip settings
set rp-filter=no
/system clock
set time-zone-name=manual
/system identity
set name=Peer1

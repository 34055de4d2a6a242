#!/bin/busybox sh
# The bonding guest's only process: bond0 over eth0 and eth1, then commands from the virtio port. (A serial line loses
# what comes while the emulated processor has no time.)
/bin/busybox mkdir -p /tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
argument() { for word in $(cat /proc/cmdline); do case $word in b.$1=*) echo "${word#*=}" ;; esac; done; }

echo 3 >/proc/sys/kernel/printk
for module in $(cat /mod/order); do
    case $module in
    bonding) insmod /mod/bonding.ko max_bonds=0 ;;
    *) insmod /mod/$module.ko ;;
    esac
done
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
tries=0
while [ ! -d /sys/class/net/eth1 ] && [ $tries -lt 200 ]; do usleep 50000; tries=$((tries + 1)); done

echo +bond0 >/sys/class/net/bonding_masters
bond=/sys/class/net/bond0/bonding
echo 802.3ad >$bond/mode
echo 100 >$bond/miimon
echo fast >$bond/lacp_rate
echo layer3+4 >$bond/xmit_hash_policy
for nic in eth0 eth1; do ip link set $nic down; echo +$nic >$bond/slaves; done
ip link set lo up
ip link set bond0 address $(argument mac) up
ip addr add $(argument ip) dev bond0

exec 3<>$(echo /dev/vport*) # takes one that opens it
exec <&3 >&3 2>&1
echo "<ready>"
while read -r number line; do
    [ -z "$number" ] && continue
    sh -c "$line" </dev/null
    echo "<$number:$?>"
done

#!/bin/busybox sh
# The first process of a QEMU guest, in its initramfs: makes the host's root the guest's, then hands over to
# the agent.
bb=/bin/busybox
$bb mount -t proc proc /proc
while read -r module; do
  $bb insmod "/modules/$module"
done </modules/order

# cache=loose: nothing but the host changes the root, and what it changes while a guest runs (the agent's
# messages) has names not seen before.
$bb mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro host /root

for word in $($bb cat /proc/cmdline); do
  case $word in
    lab.scratch=*) scratch=${word#*=} ;;
  esac
done
$bb umount /proc
exec $bb switch_root /root /usr/bin/perl "$scratch/agent.pl" port:lab "$scratch"

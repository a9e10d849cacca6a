#!/bin/sh
# The first process of a lab: makes the relay's own root (a throw-away layer over the cached file
# system, all of it in memory) and stays as process 1 of the relay. Everything it mounts, and
# everything ever started beside it, ends with it.
#
#   init.sh CACHED_ROOT STATE_DIR|- HOST_NAME LAB_ID (for whoever looks at ps)
set -eu
lower=$1 state=$2 name=$3

mount -t tmpfs -o mode=755 lab /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$lower,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
cd /mnt/root

# A /dev of its own, so that /dev/log is the relay's and nobody else's.
mount -t tmpfs -o mode=755 dev dev
for node in null zero full random urandom tty; do
  : >"dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 run run
mkdir -p run/lock run/sendmail/mta run/sendmail/msp run/fail2ban
if [ "$state" != - ]; then
  mkdir -p var/lib/blocksmtp
  mount --bind "$state" var/lib/blocksmtp
fi
hostname "$name"

mkdir -p old
pivot_root . old
# A shell reaps whatever orphan ends as its child; 'wait' alone returns when its own sleep is over.
exec chroot . /bin/sh -c 'umount -l /old; echo ready; while :; do sleep 3600 & wait; done' "$4"

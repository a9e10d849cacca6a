#!/bin/sh
# Fetches a Debian package, and what it needs beside the lab's root file system: debs.sh ROOT INTO PACKAGE. In a
# throw-away layer over the root, in name spaces of its own, so that the root stays as it is.
set -eu

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --propagation private --pid --fork --kill-child "$0" --inside "$@"
fi
lower=$2 into=$3 package=$4

mount -t tmpfs layer /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$lower,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
mount -t proc proc /mnt/root/proc
mount --bind /dev /mnt/root/dev
cp -L /etc/resolv.conf /mnt/root/etc/resolv.conf
in_root() { env DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot /mnt/root "$@"; }
in_root apt-get -q update
in_root apt-get -q -y --no-install-recommends --download-only install "$package"
cp /mnt/root/var/cache/apt/archives/*.deb "$into"

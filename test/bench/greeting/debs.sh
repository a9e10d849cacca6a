#!/bin/sh
# Fetches a Debian package and the packages that it needs and the lab's root file system lacks: debs.sh ROOT INTO
# PACKAGE. Works in a throw-away layer over the root, in namespaces of its own, so that the root stays as it is.
set -eu

if [ "${1:-}" != --inside ]; then
  exec unshare --mount --propagation private --pid --fork --kill-child "$0" --inside "$@"
fi
lower=$2 into=$3 package=$4

layer=$(mktemp -d)
trap 'umount -l "$layer"; rmdir "$layer"' EXIT
mount -t tmpfs layer "$layer"
root=$layer/root
mkdir "$layer/upper" "$layer/work" "$root"
mount -t overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" overlay "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
in_root() { env DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$root" "$@"; }
in_root apt-get -q update
in_root apt-get -q -y --no-install-recommends --download-only install "$package"
cp "$root"/var/cache/apt/archives/*.deb "$into"

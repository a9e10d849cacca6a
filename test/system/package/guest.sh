#!/bin/sh
# Boots the root file system $1 with the directory $2 readable in it as /mnt/package, under the
# machine name $3. Ends when its standard input closes, and every process in the guest with it, so
# the guest cannot outlive the test however that ends. What the guest writes is in memory only.
# With --inside it is the first process of the new pid name space: when that ends, all end.
set -eu

if [ "$1" = --inside ]; then
  # What nspawn would leave in /run stays in this mount name space.
  exec 3<&0
  mkdir -p /run/systemd/nspawn
  mount -t tmpfs tmpfs /run/systemd/nspawn
  systemd-nspawn --quiet --directory="$2" --volatile=overlay --machine="$4" --boot \
    --private-network --bind-ro="$3:/mnt/package" --register=no --keep-unit --link-journal=no \
    --resolv-conf=off --timezone=off --console=pipe </dev/null 3<&- &
  nspawn=$!
  cat <&3 >/dev/null &
  # The guest may also end by itself; dash has no `wait -n`.
  while kill -0 "$nspawn" 2>/dev/null && kill -0 $! 2>/dev/null; do sleep 0.2; done
  exit
fi

# nspawn puts the guest into the control group it is started in, and leaves its groups behind: give
# it one of its own, in each hierarchy that systemd uses, and remove that afterwards.
groups=''
for hierarchy in '/sys/fs/cgroup/systemd [0-9]*:name=systemd:' '/sys/fs/cgroup/unified 0::' \
  '/sys/fs/cgroup 0::'; do
  mount=${hierarchy% *}
  [ -f "$mount/cgroup.procs" ] || continue
  group=$mount$(sed -n "s/^${hierarchy#* }//p" /proc/self/cgroup)/$3
  mkdir "$group"
  groups="$groups $group"
done

# shellcheck disable=SC2086 # a list of directories
(
  for group in $groups; do sh -c 'echo $PPID' >"$group/cgroup.procs"; done
  exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    "$0" --inside "$@"
) || :
for group in $groups; do
  find "$group" -depth -type d -exec rmdir {} +
done

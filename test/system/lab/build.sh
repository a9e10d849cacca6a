#!/bin/sh
# Builds the root file system that the system tests run in: Debian 13 with its real sendmail,
# rsyslog, iptables, fail2ban and node. Prints the directory on its last line.
#
#   BLOCKSMTP_LAB      where to keep it (default /var/cache/blocksmtp-lab)
#   BLOCKSMTP_MIRROR   a Debian mirror, if the one in the host's own apt sources will not do
#
# Idempotent: the result is named by the hash of this folder's recipe, so a changed recipe builds
# anew and an unchanged one is found at once. Built under another name and renamed, so that a
# killed build never leaves half a lab; under a lock, so that two runs do not collide.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
lab=${BLOCKSMTP_LAB:-/var/cache/blocksmtp-lab}
suite=trixie
packages='sendmail-bin sendmail-cf m4 rsyslog iptables nftables ipset iproute2 nodejs procps
  util-linux bsdutils fail2ban python3-pyinotify python3-setuptools libsasl2-modules sasl2-bin openbsd-inetd
  clamav-daemon'

say() { printf 'lab: %s\n' "$*" >&2; }

# The second half, run in its own mount, pid and host name space: whatever happens here, no mount
# and no process outlives it.
if [ "${1:-}" = --inside ]; then
  root=$2
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  hostname relay.example.net
  in_root() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive \
      ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
      chroot "$root" "$@"
  }
  in_root apt-get -q update
  # shellcheck disable=SC2086 # a list of words
  in_root apt-get -q -y --no-install-recommends install $packages
  in_root m4 /etc/mail/lab.mc >"$root/etc/mail/sendmail.cf"
  for user in alice bob; do in_root useradd --create-home --shell /bin/sh "$user"; done
  in_root newaliases
  in_root apt-get clean
  exit
fi

[ "$(id -u)" = 0 ] || { say 'needs root'; exit 1; }

hash=$(cat "$here/build.sh" "$here/sendmail.mc" | sha256sum | cut -c1-12)
root=$lab/root-$hash
mkdir -p "$lab"

exec 9>"$lab/lock"
flock 9

if [ -d "$root" ]; then
  : >"$root.used"
  echo "$root"
  exit
fi

need=''
command -v debootstrap >/dev/null || need="$need debootstrap"
command -v ip >/dev/null || need="$need iproute2"
command -v unshare >/dev/null || need="$need util-linux"
if [ -n "$need" ]; then
  say "installing$need"
  apt-get -q update >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $need >&2
fi

# The mirror is the host's own, as apt itself understands its sources (list or deb822 form).
mirror=${BLOCKSMTP_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' | awk '$3 == "main" && $2 !~ /-/ {print $1; exit}')}
[ -n "$mirror" ] || { say 'no Debian mirror in the apt sources; set BLOCKSMTP_MIRROR'; exit 1; }

tmp=$lab/tmp-$hash
rm -rf --one-file-system "$lab"/tmp-*
say "building $root (about a minute)"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$tmp" "$mirror" >"$lab/build.log" 2>&1 ||
  { tail -n 20 "$lab/build.log" >&2; say "debootstrap failed, see $lab/build.log"; exit 1; }

# What the host needs to reach the mirror, the guest needs too.
cp -L /etc/resolv.conf "$tmp/etc/resolv.conf" 2>/dev/null || :
cat /etc/ssl/certs/ca-certificates.crt >"$tmp/etc/ssl/certs/ca-certificates.crt" 2>/dev/null || :
apt-config dump 2>/dev/null | grep -E '^Acquire::(https?|Check|Retries|ForceIPv4)' \
  >"$tmp/etc/apt/apt.conf.d/90host" || :

# Nothing is started during the build; sendmail-bin asks for a host name with a dot.
printf '#!/bin/sh\nexit 101\n' >"$tmp/usr/sbin/policy-rc.d"
chmod 755 "$tmp/usr/sbin/policy-rc.d"
echo relay.example.net >"$tmp/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost\n192.0.2.1 relay.example.net relay\n2001:db8::1 relay.example.net relay\n' \
  >"$tmp/etc/hosts"
mkdir -p "$tmp/etc/mail"
cp "$here/sendmail.mc" "$tmp/etc/mail/lab.mc"
printf 'postmaster: root\n' >"$tmp/etc/mail/aliases"

unshare --mount --propagation private --uts --pid --fork --kill-child \
  "$here/build.sh" --inside "$tmp" >>"$lab/build.log" 2>&1 9>&- ||
  { tail -n 20 "$lab/build.log" >&2; say "the build failed, see $lab/build.log"; exit 1; }

# Only /etc/hosts names anybody in the lab.
: >"$tmp/etc/resolv.conf"
rm -rf "$tmp/var/lib/apt/lists" "$tmp/usr/share/doc" "$tmp/usr/share/locale"
: >"$root.used"
mv "$tmp" "$root"

# Labs of other recipes that nobody has used for a day go.
find "$lab" -maxdepth 1 -name 'root-*.used' -mmin +1440 | while read -r used; do
  rm -rf --one-file-system "${used%.used}" "$used"
done
echo "$root"

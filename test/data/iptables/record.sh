#!/usr/bin/env bash
# Records what iptables-save prints for the tests of src/firewall: `unshare -n ./record.sh`, as root.
# For each scene one file for each family and variant: SCENE.v4-nft.save, SCENE.v6-legacy.save, ...
set -euo pipefail
cd "$(dirname "$0")"
[ "$(ip -o link 2>/dev/null | wc -l)" -le 1 ] || { echo 'only in a network namespace of its own' >&2; exit 1; }

chain=SPAM_UNAME_GUESSERS
mail=(-p tcp -m tcp --dport 25)

use() { # FAMILY VARIANT
  if [ "$1" = 4 ]; then
    tool=iptables host=203.0.113.7 other=203.0.113.8 net=198.51.100.0/24 friend=192.0.2.25
  else
    tool=ip6tables host=2001:db8:7::1 other=2001:db8:7::8 net=2001:db8:bad::/48 friend=2001:db8:25::25
  fi
  save=$tool-$2-save restore=$tool-$2-restore tool=$tool-$2 place=v$1-$2
}
clean() { "$tool" -F; "$tool" -X; "$tool" -P INPUT ACCEPT; }
drop() { "$tool" -A $chain -s "$1" "${mail[@]}" -j DROP; }
ours() { "$tool" -N $chain; drop $host; drop $net; }
hook() { "$tool" -I INPUT "${1:-1}" "${mail[@]}" -j $chain; }
established() { "$tool" -A "$1" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; }

empty() { :; }
first() { ours; hook; "$tool" -A INPUT -i lo -j ACCEPT; established INPUT; }
# Hooked by hand with -A, or another tool put its rule in front.
late() { ours; established INPUT; hook 2; }
ufw() {
  "$tool" -N ufw-before-logging-input; "$tool" -N ufw-before-input; "$tool" -N ufw-user-input
  "$tool" -P INPUT DROP
  "$tool" -A INPUT -j ufw-before-logging-input
  "$tool" -A INPUT -j ufw-before-input
  "$tool" -A ufw-before-input -i lo -j ACCEPT
  established ufw-before-input
  "$tool" -A ufw-before-input -j ufw-user-input
  "$tool" -A ufw-user-input -p tcp -m tcp --dport 22 -m comment --comment 'dapp_OpenSSH' -j ACCEPT
  ours; hook 3
}
# Jumps to chains that only refuse: a packet that they let go comes to our hook.
fail2ban() {
  "$tool" -N f2b-sshd; "$tool" -N f2b-postfix
  "$tool" -A f2b-sshd -s $other -j REJECT
  "$tool" -A f2b-sshd -j RETURN
  "$tool" -A f2b-postfix -s $other -m comment --comment 'banned: "mail" guesser' -j DROP
  "$tool" -A f2b-postfix -j RETURN
  "$tool" -A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
  "$tool" -A INPUT -p tcp -m multiport --dports 25,465,587 -j f2b-postfix
  ours; hook 3; established INPUT
}
twice() { ours; hook; hook; }
doubled() { ours; drop $host; drop $host; hook; }
foreign() {
  ours; hook
  "$tool" -A $chain -s $friend -j RETURN
  "$tool" -A $chain -s $other -p tcp -m tcp --dport 25 -m comment --comment 'by hand' -j DROP
  "$tool" -A $chain -s $other -p tcp -m tcp --dport 587 -j DROP
  "$tool" -A $chain -s $other -j DROP
  "$tool" -A $chain ! -s $net "${mail[@]}" -j LOG
}
# Text of a comment that looks like a target.
comments() {
  ours
  "$tool" -A INPUT -m comment --comment 'was: -j ACCEPT' -j LOG
  "$tool" -A INPUT -m comment --comment "$chain -j DROP" "${mail[@]}" -s $friend -j ACCEPT
  hook 3
}
counters() {
  ours; hook
  "$restore" --noflush --counters <<RULES
*filter
:INPUT ACCEPT [812345:99123456]
:f2b-x - [0:0]
[7:420] -A $chain -s $other ${mail[*]} -j DROP
[3:180] -A f2b-x -j RETURN
COMMIT
*nat
:PREROUTING ACCEPT [5:300]
-A PREROUTING -p tcp -m tcp --dport 25 -j REDIRECT --to-ports 2525
COMMIT
RULES
}

for variant in legacy nft; do
  for family in 4 6; do
    use $family $variant
    for scene in empty first late ufw fail2ban twice doubled foreign comments; do
      clean; $scene; $save -t filter >$scene.$place.save
    done
    # All tables, as an administrator would send it to us.
    clean; counters; $save >counters.$place.save
    $tool -t nat -F
  done
done

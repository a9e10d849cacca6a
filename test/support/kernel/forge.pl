# Sends TCP packets with a forged source to port 25: forge.pl 4|6 FROM TO WAY, in the namespace of the wire.
# Answers come by the wire, so `right` and `near` know the sequence number that a stranger would have to guess.
#   data-in-syn   a SYN with data
#   no-syn        data without a SYN
#   blind         a SYN, and data that acknowledges a wrong number
#   near          a SYN, an acknowledgement of a number just below, then data with an old number
#   right         a whole handshake, then data
# Prints "done" when everything was sent.
use strict;
use Socket qw(inet_pton AF_INET AF_INET6 pack_sockaddr_in pack_sockaddr_in6 SOCK_RAW SOCK_DGRAM);

my ($family, $from, $to, $way) = @ARGV;
my $af = $family == 4 ? AF_INET : AF_INET6;
my ($source, $target) = map { inet_pton $af, $_ } $from, $to;
my $port = 30000 + $$ % 20000;
my $first = 1000000;
# IPPROTO_RAW: packets with our own header. AF_PACKET, ETH_P_ALL: all packets of the wire.
socket my $raw, $af, SOCK_RAW, 255 or die "raw: $!";
socket my $wire, 17, SOCK_DGRAM, unpack 'S', pack 'n', 3 or die "wire: $!";

sub checksum {
  my $sum = 0;
  $sum += $_ for unpack 'n*', $_[0] . "\0" x (length($_[0]) % 2);
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}

sub say_to {
  my ($flags, $sequence, $answered, $words) = @_;
  my $tcp = sub { pack 'nnNNCCnnn', $port, 25, $sequence & 0xffffffff, $answered & 0xffffffff, 0x50, $flags, 64240, $_[0], 0 };
  my $length = 20 + length $words;
  my $pseudo = $source . $target . ($family == 4 ? pack 'CCn', 0, 6, $length : pack 'NN', $length, 6);
  my $segment = $tcp->(checksum($pseudo . $tcp->(0) . $words)) . $words;
  my $head = $family == 4
    ? pack('CCnnnCCn', 0x45, 0, 20 + $length, 1, 0, 64, 6, 0) . $source . $target
    : pack('NnCC', 0x60000000, $length, 6, 64) . $source . $target;
  my $place = $family == 4 ? pack_sockaddr_in(0, $target) : pack_sockaddr_in6(0, $target);
  defined send $raw, $head . $segment, 0, $place or die "send: $!";
}

# The number of the next answer with these flags.
sub heard {
  my ($wanted) = @_;
  $SIG{ALRM} = sub { die "no answer\n" };
  alarm 20;
  for (;;) {
    recv $wire, my $packet, 65535, 0;
    my $segment = substr $packet, $family == 4 ? 20 : 40;
    my ($at, $ours, $sequence, $answered, $offset, $flags) = unpack 'nnNNCC', $segment;
    next if $at != 25 || $ours != $port || ($flags & 0x3f) != $wanted;
    alarm 0;
    return $sequence;
  }
}

my ($syn, $ack, $push) = (2, 16, 24);
my $words = "EHLO forged.example\r\n";
if ($way eq 'data-in-syn') { say_to($syn, $first, 0, $words); heard(18) }
elsif ($way eq 'no-syn') { say_to($push, $first, 5000, $words); heard(4) }
else {
  say_to($syn, $first, 0, '');
  my $theirs = heard(18);
  if ($way eq 'blind') { say_to($push, $first + 1, $theirs + 0x40000000, $words) }
  elsif ($way eq 'near') {
    say_to($ack, $first + 1, $theirs - 1000, '');
    # Of what was long ago a server only says what it has had.
    say_to($push, $first - 500, $theirs - 1000, $words);
    say_to($push, $first + 1, $theirs - 1000, $words);
  }
  else { say_to($ack, $first + 1, $theirs + 1, ''); say_to($push, $first + 1, $theirs + 1, $words) }
}
print "done\n";

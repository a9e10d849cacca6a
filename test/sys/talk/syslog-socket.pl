# A syslog's end of /dev/log: a datagram socket, which Node has none of. Prints one line a datagram.
use strict;
use warnings;
use Socket;
my ($path) = @ARGV;
$| = 1;
unlink $path;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, pack_sockaddr_un($path)) or die "bind: $!";
print "ready\n";
while (defined recv($socket, my $line, 65536, 0)) { print "$line\n"; }

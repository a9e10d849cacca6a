# Connections from an address that is not blocked to port 25, with both ends in this process and on
# loopback. Reads a number, makes that many connections, and prints the nanoseconds that they took. A
# connection that has ended leaves no TIME_WAIT, so that ports never run out.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

# Numbers of Linux that Socket does not know: the level, and "take no port before connect".
use constant {IP_LEVEL => 0, IP_BIND_ADDRESS_NO_PORT => 24};

$| = 1;
system($_) == 0 or die "$_\n" for 'ip link set lo up', 'ip address add 192.0.2.1/32 dev lo',
    'ip address add 203.0.113.9/32 dev lo';
my $server = pack_sockaddr_in(25, inet_aton('192.0.2.1'));
my $client = pack_sockaddr_in(0, inet_aton('203.0.113.9'));
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die $!;
bind($listener, $server) or die $!;
listen($listener, 16) or die $!;
my $reset = pack('ii', 1, 0);

print "ready\n";
while (my $count = <STDIN>) {
    my $begun = clock_gettime(CLOCK_MONOTONIC);
    for (1 .. $count) {
        socket(my $out, PF_INET, SOCK_STREAM, 0) or die $!;
        setsockopt($out, IP_LEVEL, IP_BIND_ADDRESS_NO_PORT, 1) or die $!;
        bind($out, $client) or die $!;
        connect($out, $server) or die $!;
        accept(my $in, $listener) or die $!;
        close($out);
        setsockopt($in, SOL_SOCKET, SO_LINGER, $reset) or die $!;
        close($in);
    }
    printf "%.0f\n", (clock_gettime(CLOCK_MONOTONIC) - $begun) * 1e9;
}

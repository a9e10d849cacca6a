/**
 * A perl program that connects to itself at a port, accepts the connection, and hands it to a real
 * sendmail, like inetd. Takes the peer's address, the port, and the command of sendmail. Prints
 * the pid of sendmail, which ends when the program ends. Ends after a minute.
 */
export const inetd = `
  use Socket; my ($peer, $port, @become) = @ARGV;
  socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, sockaddr_in($port, INADDR_ANY)) or die $!; listen($l, 1);
  socket(my $c, PF_INET, SOCK_STREAM, 0); bind($c, sockaddr_in(0, inet_aton($peer))) or die $!;
  connect($c, sockaddr_in($port, inet_aton('127.0.0.1'))) or die $!; accept(my $s, $l) or die $!; close $l;
  my $pid = fork; if (!$pid) { close $c; open(STDIN, '<&', $s); open(STDOUT, '>&', $s); close $s;
    exec(@become, '/usr/libexec/sendmail/sendmail', '-L', 'sm-mta', '-bs') }
  close $s; <$c>; $| = 1; print "$pid\\n"; sleep 60`;

/**
 * The last look at a client before the mailer gets its connection, and the hand-over itself. Both are a program
 * for perl, which every Debian has (Essential). Node cannot do either: it has no MSG_PEEK and no socket options.
 *
 * Why it is needed: the mailer asks the kernel for the address of its client. If the client has reset the
 * connection, the kernel does not know that address any more. sendmail then takes the client for this machine
 * itself, which may relay, and can still read what the client wrote before the reset. So a socket filter drops
 * every packet that would reset the connection, from before the last look until the mailer has written its
 * greeting. A child process keeps the socket for this time, and then removes the filter.
 */

/** Where perl is on every Debian. */
export const perl = '/usr/bin/perl';

/** `silence`: refuses a client that spoke. `peer`: checks only that the client is still there. */
export type Look = 'silence' | 'peer';

/** Answers to clients. */
export const words = {
  early: '554 5.5.0 Rejecting commands: traffic before the greeting',
  busy: '421 4.3.2 Too many connections, try again later',
} as const;

/**
 * Its arguments are the kind of look, the answers to early talkers and to refused clients (empty: no answer), and the
 * command. Standard input and output are the connection. Descriptor 3 is a socket to the gate, which closes with exec.
 * The program waits until the gate shuts down its side of that socket, and then writes there what it found
 * (`greeting/waiting/last-words.ts`). When the gate ends, the kernel shuts its side down, so a client never waits for a
 * gate that was killed.
 *
 * The numbers are those of Linux: SOL_SOCKET 1, SO_ATTACH_FILTER 26, SO_DETACH_FILTER 27, IPPROTO_TCP 6, TCP_INFO
 * 11, MSG_PEEK with MSG_DONTWAIT 0x42, EAGAIN 11, F_SETFD 2. The filter loads the flags of TCP (byte 13) and
 * drops packets with RST (4).
 */
const program = `
my ($look, $early, $busy, @command) = @ARGV;
$SIG{PIPE} = 'IGNORE';
open my $verdict, '+<&=', 3;
fcntl $verdict, 2, 1;
sub verdict { syswrite $verdict, "$_[0]\\n" }
sub answer { syswrite STDOUT, "$_[0]\\r\\n" if length $_[0] }
sub failed { verdict("failed $_[0]"); answer($busy); exit 75 }
# Segments with data that we have sent; from Linux 4.6 on.
sub segments { my $info = getsockopt STDIN, 6, 11; defined $info && length $info >= 160 ? unpack 'x156 L', $info : -1 }

1 while sysread $verdict, my $turn, 1;

my $noReset = pack '(SCCL)4', 0x30, 0, 0, 13, 0x45, 0, 1, 4, 6, 0, 0, 0, 6, 0, 0, 0xffffffff;
my $pointer = length pack 'p', '';
setsockopt STDIN, 1, 26, pack "S x!$pointer P", 4, $noReset or failed("no filter: $!");
# A packet that another processor is at work on was let through before.
select undef, undef, undef, 0.001;
if (!defined getpeername STDIN) { verdict('left'); exit }
if ($look eq 'silence') {
  my $read = recv STDIN, my $said, 100, 0x42;
  if (!defined $read) { if ($! != 11) { verdict('left'); exit } }
  elsif (length $said) {
    verdict('early ' . unpack 'H*', $said);
    close $verdict;
    if (length $early) {
      setsockopt STDIN, 1, 27, pack 'i', 0;
      answer($early);
      shutdown STDOUT, 1;
      # With bytes unread the kernel would reset the connection, and the answer be lost.
      alarm 2;
      for (1 .. 16) { sysread STDIN, $said, 65536 or last }
    }
    exit;
  }
  else { verdict('left'); exit }
}

my $before = segments();
my $mailer = $$;
my $child = fork;
failed("fork: $!") if !defined $child;
if (!$child) {
  # Not the mailer's child: init's.
  my $keeper = fork;
  exit(defined $keeper ? 0 : 1) if !defined $keeper || $keeper;
  close STDOUT; close STDERR; close $verdict;
  my $pause = 0.004;
  for (1 .. 1200) {
    select undef, undef, undef, $pause;
    last if !kill(0, $mailer) || segments() != $before;
    $pause *= 2 if $pause < 0.25;
  }
  setsockopt STDIN, 1, 27, pack 'i', 0;
  exit;
}
waitpid $child, 0;
failed('fork') if $?;
verdict('handed');
$SIG{PIPE} = 'DEFAULT';
exec {$command[0]} @command;
failed("$command[0]: $!");
`;

/** The whole command line: perl, the program, and its arguments. */
export const lastLook = (
  look: Look,
  early: string,
  busy: string,
  command: readonly string[],
): readonly string[] => [perl, '-e', program, '--', look, early, busy, ...command];

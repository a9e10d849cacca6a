"""Sends each line of standard input to the syslog as it is, as sendmail's, under the pid given."""

import socket
import sys

log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect('/dev/log')
for line in sys.stdin:
    log.send(f'<21>sm-mta[{sys.argv[1]}]: {line.rstrip()}'.encode())

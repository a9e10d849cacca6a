/** A sendmail child that waits for a command, and its connection. */
import type {SocketEntry} from '../../src/net/socket-table.js';
import type {MailerProcess} from '../../src/sessions/holder.js';
import {address} from '../net/samples.js';

export const inode = '4711';

export const socket = (remote = '203.0.113.7', localPort = 25, of = inode): SocketEntry => ({
  inode: of,
  localPort,
  remote: address(remote),
});

export function holder(changed: Partial<MailerProcess> = {}): MailerProcess {
  return {
    pid: 152,
    ownPid: 152,
    startTicks: 7777,
    startedMs: 1000,
    user: {uid: 0, userNamespace: 'ours'},
    executable: {path: '/usr/libexec/sendmail/sendmail', owner: 'root'},
    title: 'sendmail: MTA: server client.example.net [203.0.113.7] cmd read',
    sockets: [socket()],
    role: 'serves',
    network: 'ours',
    ...changed,
  };
}

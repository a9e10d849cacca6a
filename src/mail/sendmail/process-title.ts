/**
 * Reads the title that a sendmail child gives itself (conf.c sm_setproctitle(), srvrsmtp.c):
 *
 *     sendmail: MTA: server host [192.0.2.7] cmd read
 *     sendmail: MTA: 6ALBjJc0000152 host [192.0.2.7]: RCPT TO:<x@example.net>
 *     sendmail: MTA: startup with [192.0.2.7]
 *
 * Any user may give a process such a title; `sys/proc/proc.ts` finds out what the process really is.
 * The command after `: ` is the client's text; the client's address is read before it, anchored.
 */
import {parseAddress} from '../../net/address.js';
import type {ProcessTitle} from '../dialect.js';
import {clientPattern} from './client.js';

/** ProcessTitlePrefix of the configuration file; Debian sets `MTA`. */
const head = '^sendmail: (?:[^\\s:]{1,64}: )?';

const commandRead = new RegExp(`${head}server ${clientPattern} cmd read$`);
/** A queue directory may precede the queue id (queue.c qid_printname()). */
const command = new RegExp(`${head}(?:\\S{0,64}/)?([0-9A-Za-z]{8}\\d{6,10}) ${clientPattern}: `);

const recipient = /^\s{0,8}rcpt\b/i;
/** A delivery to a host that is an address in brackets (deliver.c, usersmtp.c). A client's text may imitate it. */
const delivery = /^(?:user open$|client )/;

const doingOf = (text: string): 'recipients' | 'delivery' | 'other' =>
  recipient.test(text) ? 'recipients' : delivery.test(text) ? 'delivery' : 'other';

/** @returns undefined for the listener, queue runners, deliveries to a host by name, and all other processes */
export function parseProcessTitle(title: string): ProcessTitle | undefined {
  const reading = commandRead.exec(title);
  if (reading !== null) {
    const client = parseAddress(reading[1] ?? '');
    return client && {kind: 'commandRead', client};
  }
  const working = command.exec(title);
  if (working === null) return undefined;
  const client = parseAddress(working[2] ?? '');
  return (
    client && {
      ...{kind: 'command', client, queueId: working[1] ?? ''},
      doing: doingOf(title.slice(working[0].length)),
    }
  );
}

const listener = new RegExp(`${head}(?:accepting|rejecting) connections`);

/**
 * The title of the process that accepts connections, and of a child that has not begun to serve its
 * client.
 */
export const isListenerTitle = (title: string): boolean => listener.test(title);

/**
 * Hands one mail to a mailer by SMTP. The only file that uses nodemailer, which is loaded with the first
 * mail. Refused: the program `sendmail`, because it writes into its queue, which the
 * sandbox of our unit forbids.
 */
import {isIP, Socket} from 'node:net';
import {printable} from '../../base/printable.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';

interface Mail {
  readonly from: string;
  /** With or without a domain. The mailer adds its own. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

interface SmtpServer {
  /** An address, so that no DNS look-up is needed. */
  readonly host: string;
  readonly port: number;
  /** Our name in HELO. */
  readonly ownName: string;
}

/** Time for an answer. Ms: a mailer may wait before it greets. */
const answerMs = 30_000;
/** Length of a quoted answer of the mailer. Characters. */
const quotedCharacters = 200;

/** Never fails. @param stop ends it, and then it is not known whether the mailer took the mail */
export async function sendMail(
  mail: Mail,
  mailer: SmtpServer,
  stop: AbortSignal,
): Promise<Delivered> {
  if (isIP(mailer.host) === 0) return {kind: 'failed', why: 'the mailer is no address'};
  const {transport, socket} = await openTransport(mailer);
  try {
    await Promise.race([transport.sendMail(messageOf(mail)), aborted(stop)]);
    return {kind: 'done'};
  } catch (error) {
    socket.destroy(); // the transport would leave a socket open if the mailer does not answer
    return {kind: 'failed', why: printable((error as Error).message, quotedCharacters)};
  }
}

/** A message that is already composed. */
interface RawMail {
  readonly sender: string;
  readonly recipient: string;
  /** The whole message with its header, in ASCII with CR LF. */
  readonly raw: string;
}

/**
 * `notTaken`: the mailer surely did not take it; `again` says whether a later try makes sense. `unknown`: it may have
 * taken it.
 */
export type HandOver =
  | {readonly kind: 'taken'; readonly said: string}
  | {readonly kind: 'notTaken'; readonly again: 'yes' | 'no'; readonly why: string}
  | {readonly kind: 'unknown'; readonly why: string};

/** Never fails. @param stop ends it. If not the whole message was sent by then, the mailer did not take it */
export async function handOver(
  {sender, recipient, raw}: RawMail,
  mailer: SmtpServer,
  stop: AbortSignal,
): Promise<HandOver> {
  if (isIP(mailer.host) === 0) {
    return {kind: 'notTaken', again: 'no', why: 'the mailer is no address'};
  }
  const {transport, socket} = await openTransport(mailer);
  try {
    const sent = transport.sendMail({envelope: {from: sender, to: [recipient]}, raw});
    const {response} = await Promise.race([sent, aborted(stop)]);
    return {kind: 'taken', said: printable(response, quotedCharacters)};
  } catch (error) {
    const {message, responseCode} = error as Error & {readonly responseCode?: number};
    const why = printable(message, quotedCharacters);
    // Also counts bytes that wait to be written. As long as these are fewer than the message has, the mailer cannot have it.
    const isWhole = socket.bytesWritten >= Buffer.byteLength(raw);
    socket.destroy();
    if (responseCode !== undefined) {
      return {kind: 'notTaken', again: responseCode >= 500 ? 'no' : 'yes', why};
    }
    return isWhole ? {kind: 'unknown', why} : {kind: 'notTaken', again: 'yes', why};
  }
}

async function openTransport({host, port, ownName}: SmtpServer) {
  const {createTransport} = await import('nodemailer');
  const socket = new Socket();
  const transport = createTransport({
    socket,
    ...{host, port, name: ownName},
    // The mailer may be this machine, whose certificate has another name.
    ignoreTLS: true,
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {transport, socket};
}

/** Passes values and not text, so that an address in a path cannot become a recipient. */
function messageOf({from, to, subject, text}: Mail) {
  return {
    envelope: {from, to: [to]},
    from: {name: 'blocksmtp', address: from},
    to: {name: '', address: to},
    subject,
    text,
    // RFC 3834, section 5: so no vacation program may answer.
    headers: {'Auto-Submitted': 'auto-generated'},
  };
}

/** Rejects when the signal comes. */
const aborted = (stop: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(new Error('no answer in time'));
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, {once: true});
  });

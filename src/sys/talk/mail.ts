/**
 * Hands one mail to a mailer. The one place that knows nodemailer, which is loaded with the first
 * mail. By SMTP and not by `sendmail`, for that program writes into a queue of its own, which the
 * sandbox of our unit forbids.
 */
import {isIP, Socket} from 'node:net';
import {printable} from '../../base/printable.js';
import type {Delivered} from '../../outgoing/warn/delivered.js';

interface Mail {
  readonly from: string;
  /** With or without a domain: the mailer knows its own. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

interface SmtpServer {
  /** An address: nothing is asked of the DNS. */
  readonly host: string;
  readonly port: number;
  /** What we call ourselves. */
  readonly ownName: string;
}

/** A mailer may take its time before it greets. Ms. */
const answerMs = 30_000;
/** Longest answer of a mailer that is quoted. Characters. */
const quotedCharacters = 200;

/** Never fails. @param stop ends it, and then nobody knows whether it was taken */
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
    socket.destroy(); // the transport would leave one open that nobody answers
    return {kind: 'failed', why: printable((error as Error).message, quotedCharacters)};
  }
}

/** A message that is written already. */
interface RawMail {
  readonly sender: string;
  readonly recipient: string;
  /** With header, ASCII, CR LF. */
  readonly raw: string;
}

/**
 * `notTaken`: the mailer has not got it, as `again` says for now or for good. `unknown`: it may have.
 */
export type HandOver =
  | {readonly kind: 'taken'; readonly said: string}
  | {readonly kind: 'notTaken'; readonly again: 'yes' | 'no'; readonly why: string}
  | {readonly kind: 'unknown'; readonly why: string};

/** Never fails. @param stop ends it; before the message was given whole, it was not taken */
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
    // With what waits to be written: as long as that is less than the message, nobody can have it.
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
    // To this machine itself, whose certificate names it otherwise.
    ignoreTLS: true,
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {transport, socket};
}

/** As values, not as text: what looks like an address in a path shall not become a recipient. */
function messageOf({from, to, subject, text}: Mail) {
  return {
    envelope: {from, to: [to]},
    from: {name: 'blocksmtp', address: from},
    to: {name: '', address: to},
    subject,
    text,
    // RFC 3834, section 5: no vacation program must answer.
    headers: {'Auto-Submitted': 'auto-generated'},
  };
}

/** Fails when the signal comes. */
const aborted = (stop: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(new Error('no answer in time'));
    if (stop.aborted) end();
    else stop.addEventListener('abort', end, {once: true});
  });

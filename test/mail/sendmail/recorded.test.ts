/**
 * What is read from the logs that a real sendmail wrote (test/data/recorded): beside each stands what is
 * expected of each line, after its frame was taken off and split messages were put together. Written
 * anew with UPDATE_EXPECTED=1; then look at each difference, for the files are the truth here.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {Guard} from '../../../src/guard/guard.js';
import {Frames} from '../../../src/log/frames.js';
import {queueIdClock} from '../../../src/mail/sendmail/queue-id.js';
import {type MailEvent, signKinds} from '../../../src/mail/mail-event.js';
import {parseSendmail} from '../../../src/mail/sendmail/read-message.js';
import {emptyState} from '../../../src/guard/state.js';
import {linesOf, readMs} from '../../scan/oracle.js';
import {settings} from '../../score/samples.js';
import {notation} from './notation.js';

const folder = new URL('../../data/recorded/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.log'))
  .map((name) => name.slice(0, -'.log'.length));
const read = (name: string): string => readFileSync(new URL(name, folder), 'latin1');

interface ReadLine {
  readonly number: number;
  readonly pid: number;
  readonly message: string;
  readonly event: MailEvent;
}

function eventsOf(name: string): ReadLine[] {
  const guard = new Guard(settings, emptyState('unsaved'));
  const frames = new Frames(queueIdClock);
  return linesOf(read(`${name}.log`)).flatMap((line, index): ReadLine[] => {
    const framed = frames.read({source: name, ...line}, readMs);
    if (framed.kind === 'none') return [];
    const reading = guard.read(framed.record);
    if (reading.kind === 'ignored') return [];
    const {event, record} = reading;
    return [{number: index + 1, pid: record.pid, message: record.message, event}];
  });
}

const clientOf = (event: MailEvent): string | undefined =>
  'client' in event ? event.client?.text : undefined;

describe.each(names)('%s', (name) => {
  const events = eventsOf(name);

  test('each line gives the expected event', () => {
    const told = `${events.map(({number, event}) => `${number} ${notation(event)}`).join('\n')}\n`;
    if (process.env['UPDATE_EXPECTED'] === '1') {
      writeFileSync(new URL(`${name}.expected`, folder), told, 'latin1');
    }
    expect(told).toBe(read(`${name}.expected`));
  });

  test('a client is never an address that only clients wrote', () => {
    for (const {event} of events) expect(clientOf(event) ?? '').not.toMatch(/^198\.51\.100\./);
  });

  test('a client is the one that connected to the process, by sendmail’s own words', () => {
    // At LogLevel 9 nothing does; there each envelope has one client.
    const clients = new Map<string, string | undefined>();
    let compared = 0;
    for (const {pid, event} of events) {
      const queueId = 'queueId' in event ? event.queueId : undefined;
      const key = name.includes('ll9') ? `${pid} ${queueId ?? ''}` : String(pid);
      const client = clientOf(event);
      if (event.kind === 'connected') clients.set(key, client);
      else if (client !== undefined && (queueId !== undefined || !name.includes('ll9'))) {
        if (!clients.has(key)) clients.set(key, client);
        expect(`${pid} ${client}`).toBe(`${pid} ${clients.get(key)}`);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });
});

const examples = readFileSync(new URL('../sendmail-messages.txt', folder), 'latin1')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('=> '))
  .flatMap((message) => parseSendmail(message) ?? []);

describe('test/data', () => {
  const kinds = new Set(
    [...names.flatMap((name) => eventsOf(name).map(({event}) => event)), ...examples].map(
      ({kind}) => kind,
    ),
  );
  const others = [
    'unknownRecipient',
    'undeliverable',
    'delivered',
    'envelopeEnd',
    'connected',
  ] as const;

  test.each([...signKinds, ...others])('%s occurs in it', (kind) => {
    expect(kinds).toContain(kind);
  });
});

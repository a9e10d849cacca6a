/** The clients behind lines that were read together, with a machine of our own making. */
import {describe, expect, test} from '@jest/globals';
import {type LogRecord, noPid} from '../../../src/log/record.js';
import {parseAddress} from '../../../src/net/address.js';
import type {Attribution, Question} from '../../../src/sessions/attribute.js';
import type {Shown} from '../../../src/sessions/cut.js';
import {BatchClients} from '../../../src/sessions/live/line-clients.js';

const client = parseAddress('203.0.113.7')!;
const process = {pid: 7, startTicks: 100, parentPid: 1};

const refusal = (queueId: string, name: string): LogRecord => ({
  ...{atMs: 0, host: 'relay', program: 'sm-mta', pid: 7, times: 1, writer: undefined},
  message: `${queueId.padEnd(14, '0')}: <${name}@example.net>... User unknown`,
});
const question = (queueId: string | undefined): Question => ({
  ...{pid: 7, numberedBy: 'log', queueId, envelopeMs: 0},
});
const refusedBytes = '550 5.1.1 <anna@example.net>... User unknown\r\n'.length;

interface Terms {
  readonly lines?: 'together' | 'each';
  /** What the process has written when it is asked about, one after the other. */
  readonly bytes: readonly number[];
  /** The same before the first line. */
  readonly before?: number;
  /** What the process shows without a line. */
  readonly now?: Shown;
  readonly doing?: 'waits';
}

function batch({lines = 'together', bytes, before, now, doing}: Terms, ...ids: readonly string[]) {
  const records = ids.map((id, at) => refusal(id, ['anna', 'bert', 'carl'][at % 3]!));
  const asked: (string | undefined)[] = [];
  const shown: number[] = [];
  const released: number[] = [];
  const clients = new BatchClients(records, {
    lines,
    name: ({queueId}): Attribution | undefined => {
      const answeredBytes = bytes[asked.length];
      asked.push(queueId);
      if (answeredBytes === undefined) return undefined;
      return {client, proof: 'kernel', answeredBytes, process, doing};
    },
    written: () => before,
    look: () => undefined,
    shown: (pid) => {
      shown.push(pid);
      return now;
    },
    begun: () => undefined,
    release: ({pid}) => released.push(pid),
  });
  const ask = (at: number) => {
    clients.next(records[at]!);
    return clients.ask(question(ids[at]));
  };
  return {clients, asked, ask, shown, released};
}

describe('how much was answered up to a line', () => {
  test('bytes that are written while the lines are judged belong to later lines', () => {
    const {ask} = batch({lines: 'each', bytes: [1000, 1500, 2500], before: 1000}, 'A', 'A', 'A');
    expect(ask(0)).toMatchObject({answeredBytes: 1000 - 2 * refusedBytes, writtenBytes: 1000});
    expect(ask(1)).toMatchObject({answeredBytes: 1000 - refusedBytes, writtenBytes: 1500});
    expect(ask(2)).toMatchObject({answeredBytes: 1000, writtenBytes: 2500});
  });

  test('and bytes that are written before the first of them is asked about', () => {
    const {ask} = batch({bytes: [1300], before: 1000}, 'A', 'A');
    expect(ask(0)).toMatchObject({answeredBytes: 1000 - refusedBytes});
    expect(ask(1)).toMatchObject({answeredBytes: 1000});
  });

  test('the answers of lines that were read together are told apart, and the process is named', () => {
    const {ask} = batch({lines: 'each', bytes: [1000, 1500, 2500]}, 'A', 'A', 'A');
    for (const at of [0, 1, 2]) {
      const unreadBytes = (2 - at) * refusedBytes;
      const seen = {answeredBytes: 1000 - unreadBytes, unreadBytes, startTicks: process.startTicks};
      expect(ask(at)).toMatchObject(seen);
    }
  });

  test('of a process that waits, all that it has written by now', () => {
    const {ask} = batch({bytes: [4021], before: 421, doing: 'waits'}, 'A', 'A');
    expect(ask(0)).toMatchObject({answeredBytes: 4021 - refusedBytes, unreadBytes: refusedBytes});
    expect(ask(1)).toMatchObject({answeredBytes: 4021, unreadBytes: 0});
  });

  test('a later process with the same number begins anew', () => {
    const {ask} = batch({lines: 'each', bytes: [1000, 300], before: 1000}, 'A', 'B');
    expect(ask(0)).toMatchObject({answeredBytes: 1000 - refusedBytes});
    expect(ask(1)).toMatchObject({answeredBytes: 300});
  });
});

describe('how often the machine is asked', () => {
  test('once for the lines of one envelope', () => {
    const {ask, asked} = batch({bytes: [1000, 1000]}, 'A', 'A', 'B');
    for (const at of [0, 1, 2]) expect(ask(at)?.client).toEqual(client);
    expect(asked).toEqual(['A', 'B']);
  });

  test('again for another process with the same number in the log', () => {
    const {clients, asked} = batch({bytes: [1000, 1000]}, 'A', 'A');
    clients.next(refusal('A', 'anna'));
    for (const pid of [7, 4007]) clients.ask({...question('A'), pid, numberedBy: 'host'});
    expect(asked).toEqual(['A', 'A']);
  });

  test('for each line, where it matters what the process was doing', () => {
    const {ask, asked} = batch({lines: 'each', bytes: [1000, 1000]}, 'A', 'A');
    for (const at of [0, 1]) ask(at);
    expect(asked).toEqual(['A', 'A']);
  });

  test('no more about a process that was ended: its other lines are of the same client', () => {
    const {ask, asked, clients} = batch({bytes: [1000]}, 'A', 'B');
    ask(0);
    clients.ended();
    expect(ask(1)?.client).toEqual(client);
    expect(asked).toEqual(['A']);
  });

  test('about a process that ended by itself in vain', () => {
    const {ask, asked} = batch({bytes: [1000]}, 'A', 'B');
    ask(0);
    expect(ask(1)).toBeUndefined();
    expect(asked).toEqual(['A', 'B']);
  });
});

describe('the process behind the present line', () => {
  test('is that of its own answer', () => {
    const {ask, clients} = batch({bytes: [1000]}, 'A', 'B');
    ask(0);
    expect(clients.serving()).toMatchObject({...process, client});
    ask(1);
    expect(clients.serving()).toBeUndefined();
  });

  test('is not known where nothing was asked about the line', () => {
    const {ask, clients} = batch({bytes: [1000]}, 'A', 'A');
    ask(0);
    clients.next(refusal('A', 'bert'));
    expect(clients.serving()).toBeUndefined();
  });

  test('may be in its next envelope by now; then its socket shows whom it serves', () => {
    const {ask, clients, shown} = batch({bytes: [], now: {...process, client}}, 'A');
    expect(ask(0)).toBeUndefined();
    expect(clients.serving()).toMatchObject({...process, client});
    expect(shown).toEqual([7]);
  });

  test('is known by its number on this machine, if the journal knows that', () => {
    const {clients, shown} = batch({bytes: [], now: {...process, client}}, 'A');
    clients.next({
      ...refusal('A', 'anna'),
      writer: {pid: 4007, uid: 0, executable: '/usr/sbin/sendmail'},
    });
    clients.serving();
    clients.next({...refusal('A', 'anna'), pid: noPid});
    expect(clients.serving()).toBeUndefined();
    expect(shown).toEqual([4007]);
  });

  test('goes on after its signal', () => {
    const {ask, clients, released} = batch({bytes: [1000]}, 'A');
    ask(0);
    clients.serving()?.release();
    expect(released).toEqual([7]);
  });

  test('is not taken for that of an earlier line, which may be in a container', () => {
    const {ask, asked, clients} = batch({bytes: [1000], now: {...process, client}}, 'A', 'B', 'C');
    expect(ask(0)?.client).toEqual(client);
    expect(ask(1)).toBeUndefined();
    clients.serving();
    clients.ended();
    expect(ask(2)).toBeUndefined();
    expect(asked).toEqual(['A', 'B']);
  });
});

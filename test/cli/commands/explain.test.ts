/** `explain`: what it says of each line, and that no line can do anything to the terminal. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {explain} from '../../../src/cli/commands/explain.js';
import {bytes, collected, configWith} from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-explain-'));
afterAll(() => rmSync(folder, {recursive: true}));
const path = join(folder, 'mail.log');
const config = configWith([]);

async function explained(log: Uint8Array | string, form: 'text' | 'json', source = path) {
  if (source === path) writeFileSync(path, log);
  const {output, log: sayings, printed, said} = collected();
  const code = await explain(source, config, form, sayings, output);
  return {code, printed: printed(), said};
}

const head = '2026-11-20T12:00:00+00:00 relay sm-mta[152]: ';
const unknown = `${head}6AKC0000000152: <anna@example.net>... User unknown`;
const from = `${head}6AKC0000000152: from=<a@example.org>, size=0, class=0, nrcpts=0, proto=ESMTP, daemon=MTA, relay=[203.0.113.7]`;

const ended = '203.0.113.7 ended its envelope: 0 recipients accepted, no message came';

const eventsOf = (printed: string) =>
  printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('explain tells of each line', () => {
  test('where it stands, what it says and what came of it', async () => {
    const {code, printed} = await explained(`${unknown}\nx\n\n${from}`, 'json');
    expect(code).toBe(0);
    expect(eventsOf(printed)).toMatchObject(
      [
        {
          source: path,
          number: 1,
          offset: 0,
          line: unknown,
          record: {host: 'relay', program: 'sm-mta', pid: 152},
          event: {
            kind: 'unknownRecipient',
            queueId: '6AKC0000000152',
            subject: '<anna@example.net>',
          },
          session: {held: 1},
          evidence: [],
          outcome: 'held until a line tells whose it was',
        },
        {
          offset: unknown.length + 1,
          record: null,
          event: null,
          outcome: /^ignored: it does not begin/,
        },
        {
          // Also an empty line is one.
          number: 4,
          offset: unknown.length + 4,
          event: {kind: 'envelopeEnd', client: '203.0.113.7'},
          evidence: [
            {
              weighed: 'counted',
              kind: 'unknownRecipient',
              client: '203.0.113.7',
              subject: '<anna@example.net>',
              proof: 'log',
              score: 1,
              weight: 1,
              bars: [{rule: 'row', names: 10, blockSeconds: 3600}],
            },
          ],
          outcome: `203.0.113.7 asked for <anna@example.net>: score 1.0 (+1), blocked at 10 (for 1h), proof log; ${ended}`,
        },
      ].map((line) => ({
        ...line,
        outcome:
          line.outcome instanceof RegExp ? expect.stringMatching(line.outcome) : line.outcome,
      })),
    );
  });

  test('the same in words, from a packed log', async () => {
    const {printed} = await explained(gzipSync(`${unknown}\n`), 'text');
    expect(printed.split('\n')).toEqual([
      `${path}:1: ${unknown}`,
      expect.stringMatching(
        /^ {4}record: {2}2026-11-20T[\d:]{8}[+-][\d:]{5} host relay, program sm-mta, pid 152$/,
      ),
      '    event:   unknownRecipient, queueId 6AKC0000000152, subject <anna@example.net>',
      '    session: client not known yet, 1 held',
      '    outcome: held until a line tells whose it was',
      expect.stringMatching(/^no line tells the client of 1 envelope\. /),
      "    grep -F -e 'sm-mta[152]:' LOG | blocksmtp explain",
      expect.stringMatching(/^or explain the whole log, /),
      '',
    ]);
  });

  test('that its client asked for a name while it was blocked', async () => {
    const names = Array.from({length: 11}, (_, i) => unknown.replace('anna', `name${i}`));
    const again = [unknown, from].map((line) => line.replaceAll('0152:', '0153:'));
    const {printed} = await explained([...names, from, ...again].join('\n'), 'json');
    const [blocked, , last] = eventsOf(printed).slice(-3);
    expect(blocked?.['outcome']).toContain('block 203.0.113.7 for 1h');
    expect(blocked?.['outcome']).not.toContain('blocked at');
    expect(last).toMatchObject({
      evidence: [{weighed: 'paid', subject: '<anna@example.net>', score: null, bars: []}],
      outcome: `203.0.113.7 asked for <anna@example.net>: held against it already: it was blocked; ${ended}`,
    });
  });

  test('the end of each mail, and its user', async () => {
    const mail = from.replace('size=0, class=0, nrcpts=0', 'size=400, class=0, nrcpts=1');
    const to = `${head}6AKC0000000152: to=<anna@example.net>, delay=00:00:01, mailer=local, dsn=2.0.0, stat=Sent`;
    const alias = to
      .replace('0152: to=', '0199: to=')
      .replace(', delay', ', ctladdr=<list@example.net> (8/0), delay');
    const {printed} = await explained([mail, to, alias].join('\n'), 'json');
    expect(eventsOf(printed).map(({outcome}) => outcome)).toEqual([
      'the end of an envelope in which nothing was refused; mail of 203.0.113.7 to 1 recipient',
      '203.0.113.7 delivered to 1 recipient, proof log; mail sent for 1 recipient',
      'mail from before this log: its client is unknown; mail sent for 1 recipient',
    ]);
  });

  test.each([
    [
      'pieces',
      `${head}6AKC0000000152[1]: x ...`,
      'ignored: a piece of a message of which more comes',
    ],
    [
      'half pieces',
      `${head}6AKC0000000152[2]: x`,
      'ignored: a piece of a message that is not whole',
    ],
    [
      'others',
      unknown.replace('sm-mta', 'sshd'),
      'ignored: not of sm-mta, sendmail, sm-msp-queue or another name of the mailer',
    ],
    ['nothing', `${head}x`, 'ignored: nothing in it about a client'],
  ])('why it passed over %s', async (_, line, outcome) => {
    const {printed} = await explained(line, 'json');
    expect(eventsOf(printed)).toMatchObject([{outcome}]);
  });
});

describe('explain keeps from the terminal', () => {
  const control = fc.constantFrom(
    '\x1b[31m',
    '\x9b31m',
    '\x07',
    '\x7f',
    '\0',
    '\x80',
    '\xff',
    '\r',
    '\t',
    'é',
  );
  const place = fc.constantFrom(
    (text: string) => `${head}6AKC0000000152: <${text}@example.net>... User unknown`,
    (text: string) => `2026-11-20T12:00:00+00:00 ${text} sm-mta[152]: x`,
    (text: string) => `2026-11-20T12:00:00+00:00 relay ${text}[152]: x`,
    (text: string) => `${head}6AKC0000000152: [203.0.113.7]: VRFY ${text}`,
    (text: string) => text,
  );

  test.each(['text', 'json'] as const)('all that is not printable, as %s', async (form) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, control), {minLength: 1}), async (lines) => {
        const log = lines.map(([line, text]) => line(`a${text}b`)).join('\n');
        const {printed} = await explained(bytes(log), form);
        expect(printed).toMatch(/^[\x20-\x7e\n]+$/);
        if (form === 'text') return;
        // Nothing is lost by it.
        expect(eventsOf(printed).map(({line}) => line)).toEqual(log.split('\n'));
      }),
      {numRuns: 100},
    );
  });
});

test.each([
  ['what is not there', () => join(folder, 'none')],
  ['a directory', () => folder],
  [
    'a packed log that was cut off',
    () => {
      const cut = join(folder, 'cut.gz');
      writeFileSync(cut, gzipSync(unknown).subarray(0, 40));
      return cut;
    },
  ],
])('explain refuses %s in one line that names it, with 69', async (_, make) => {
  const source = make();
  const {code, said} = await explained('', 'text', source);
  const errors = said.filter((each) => each.startsWith('error '));
  expect([code, errors.length]).toEqual([69, 1]);
  expect(errors[0]).toContain(source);
});

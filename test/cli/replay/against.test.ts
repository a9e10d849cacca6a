/** Two policies over one reading: each decides what it decides alone; the doubtful blocks stand first. */
import {mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {replay} from '../../../src/cli/replay/replay.js';
import type {Comparison} from '../../../src/replay/comparison.js';
import type {Replayed} from '../../../src/replay/replayed.js';
import {syntheticLog} from '../synthetic-log.js';
import {readMs} from '../../scan/oracle.js';
import {collected, configWith} from '../support.js';

const folder = mkdtempSync(join(tmpdir(), 'blocksmtp-against-'));
afterAll(() => rmSync(folder, {recursive: true}));
const log = join(folder, 'mail.log');

function configFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `${text}\nwhite_list = "/dev/null"\n`);
  return path;
}

const verified = configFile('verified.toml', 'threshold = 2\nattribution = "verified"');
const named = configFile('named.toml', 'threshold = 4\nmailer_syslog_name = "sm-mta"');
const lenient = configFile('lenient.toml', 'threshold = 20');
const words = {
  [verified]: ['--threshold=2', '--attribution=verified'],
  [named]: ['--threshold=4', '--mailer-syslog-name=sm-mta'],
  [lenient]: ['--threshold=20'],
};

async function run(config: readonly string[], against?: string, form: 'text' | 'json' = 'json') {
  const {output, log: sayings, printed, said} = collected();
  const wanted = {form, against, config: 'now.toml'} as const;
  const code = await replay([log], configWith(config), wanted, sayings, output);
  return {code, printed: printed(), said};
}

test.each(Object.entries(words))(
  'each policy says what it says alone, against %s',
  async (against, alone) => {
    let differing = 0;
    await fc.assert(
      fc.asyncProperty(syntheticLog, async (text) => {
        writeFileSync(log, text, 'latin1');
        utimesSync(log, readMs / 1000, readMs / 1000);
        const [first, second] = [await run(['--threshold=3']), await run(alone)].map(
          ({printed}) => JSON.parse(printed) as Replayed,
        );
        const both = JSON.parse((await run(['--threshold=3'], against)).printed) as Comparison;
        const {policies, clients} = both;
        // The report about the mailer comes from the first policy, and the log begins with any line
        // that is read.
        const {limits, ...wanted} = second!;
        delete wanted.heard;
        expect(policies[0]!.replayed).toEqual(first);
        expect(policies[1]!.replayed).toMatchObject(wanted);
        expect(policies[1]!.replayed.limits.threshold).toBe(limits.threshold);
        if (first!.blocks.length !== second!.blocks.length) differing += 1;
        for (const [at, {replayed}] of policies.entries()) {
          const blocked = clients.filter(({under}) => under[at]!.blocks > 0);
          const networks = new Set(replayed.blocks.map(({network}) => network));
          expect(new Set(blocked.map(({client}) => client))).toEqual(networks);
        }
      }),
      {numRuns: 25},
    );
    expect(differing).toBeGreaterThan(0);
  },
);

const at = (minute: number): string => `2026-11-20T12:${String(minute).padStart(2, '0')}:00+00:00`;
const line = (minute: number, pid: number, message: string): string =>
  `${at(minute)} relay sm-mta[${pid}]: 6AKC000000${pid}: ${message}\n`;
const envelope = (minute: number, pid: number, client: string, unknown: number): string =>
  Array.from({length: unknown}, (_, i) =>
    line(minute, pid, `<no${pid}x${i}@example.net>... User unknown`),
  ).join('') +
  line(
    minute,
    pid,
    `from=<a@example.org>, size=400, class=0, nrcpts=1, msgid=<${pid}@example.org>, proto=ESMTP, daemon=MTA, relay=[${client}]`,
  );
const sent = (minute: number, pid: number): string =>
  line(
    minute,
    pid,
    'to=<real@example.net>, delay=00:00:01, xdelay=00:00:01, mailer=local, pri=30000, dsn=2.0.0, stat=Sent',
  );

test('a client whose good mail would not have come stands first, above worse guessers', async () => {
  const worst = envelope(1, 1001, '203.0.113.7', 12);
  const mixed = envelope(2, 1002, '203.0.113.8', 5) + sent(3, 1002);
  const later = envelope(4, 1003, '203.0.113.8', 0) + sent(5, 1003);
  writeFileSync(log, worst + mixed + later);
  const {printed} = await run(['--threshold=3'], lenient);
  const {clients, policies} = JSON.parse(printed) as Comparison;
  expect(clients.map(({client}) => client)).toEqual(['203.0.113.8', '203.0.113.7']);
  expect(clients[0]!.under[0]).toMatchObject({blocks: 1, goodDuring: 2});
  expect(clients[0]!.under[1]).toMatchObject({blocks: 0, firstMs: null});
  expect(policies).toMatchObject([
    {name: 'now.toml', blocks: 2, blockedClients: 2, likelyInnocent: 1, goodDuring: 2},
    {name: lenient, blocks: 0, blockedClients: 0, likelyInnocent: 0, goodDuring: 0},
  ]);
  const {printed: text} = await run(['--threshold=3'], lenient, 'text');
  expect(text).toMatch(/blocked clients that also sent good mail +1 +0/);
  expect(text).toContain('Look at the first client');
});

test('a second file with an error is reported, and nothing is read', async () => {
  const bad = configFile('bad.toml', 'threshold = "many"');
  const {code, printed, said} = await run([], bad);
  expect([code, printed]).toEqual([78, '']);
  expect(said.join('\n')).toMatch(/bad\.toml:.*threshold/);
});

/**
 * A real sendmail with clients that say whatever comes to them. Each name bears the mark of who asks for
 * it: nothing is held against another client, nor against anybody who is only named, and the daemon goes
 * on working.
 * BLOCKSMTP_FUZZ_SEED and BLOCKSMTP_FUZZ_TALKS choose other talks, and more of them.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {hostileTalk} from '../bench/fuzz/talks.js';
import {Random} from '../support/random.js';
import type {Daemon} from './lab/daemon.js';
import {clients, type ClientName} from './lab/grammar/clients.js';
import {play} from './lab/grammar/play.js';
import {startGrammarLab} from './lab/grammar/relay.js';
import type {Scenario} from './lab/grammar/scenario.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';

const {describe} = await requireLab();

const seed = Number(process.env['BLOCKSMTP_FUZZ_SEED'] ?? 1);
const talks = Number(process.env['BLOCKSMTP_FUZZ_TALKS'] ?? 90);
/** Those with and without a name, with a hostile one, and with a hostile answer to ident. */
const speakers: readonly ClientName[] = [
  ...(['injectRecipient', 'injectRuleset', 'injectSender', 'splitV6', 'hostileName'] as const),
  ...(['hostileNameToo', 'hostileNameV6', 'ident', 'identOther', 'senderV6'] as const),
];
const markOf = (speaker: ClientName): string => `fuzz${speakers.indexOf(speaker)}z`;

const dice = new Random(seed);
const scenarios: Scenario[] = Array.from({length: talks}, (_, i) => {
  const client = speakers[i % speakers.length]!;
  return {client, talks: [hostileTalk(markOf(client), dice)]};
});

describe(`hostile clients by chance, seed ${seed}`, () => {
  let lab: Lab;
  let daemon: Daemon;

  beforeAll(async () => {
    lab = await startGrammarLab({id: 'fuzz', logLevel: 14, reverse: 'fails'});
    // So high that all can say all they have to say.
    daemon = lab.relay.daemon(['--threshold=500', '--debug=3']);
    await daemon.ready();
    await play(lab, scenarios, {timeoutMs: 3000});
  });
  afterAll(() => Lab.stopAll());

  test('each name that counts was asked for by the client that it counts against', async () => {
    // Begun only now, so when it has counted all lines before it have been judged.
    await lab.client('innocent').guess({names: ['beforehand'], quietMs: 5000});
    await daemon.waitFor(/192\.0\.2\.10 asked for <beforehand@/);
    const held = daemon.stderr.flatMap((line) => {
      const [, client] = / info (\S+) .*, proof \w+/.exec(line) ?? [];
      const marks = [...line.matchAll(/fuzz\d+z/g)].map(([mark]) => mark);
      return client === undefined ? [] : marks.map((mark) => [client, mark] as const);
    });
    const truth = new Map(speakers.map((speaker) => [markOf(speaker), clients[speaker]]));
    expect(held.filter(([client, mark]) => truth.get(mark) !== client)).toEqual([]);
    expect(held.length).toBeGreaterThan(0);
  });

  test('no line accuses clients that are only named', () => {
    const against = / (?:info|notice|warning) (?:block )?(?:198\.51\.100\.|2001:db8:bad:)/;
    expect(daemon.stderr.filter((line) => against.test(line))).toEqual([]);
    expect(daemon.stderr.filter((line) => / error /.test(line))).toEqual([]);
  });

  test('the innocent delivers, and a client that only guesses is heard', async () => {
    const mail = {to: 'alice@example.net', sender: 'friend@example.org', text: 'after the noise'};
    expect(await lab.client('innocent').deliver(mail)).toMatchObject({accepted: true});
    const from = daemon.stderr.length;
    await lab.client('innocent').guess({names: ['afterall'], quietMs: 5000});
    await daemon.waitFor(/192\.0\.2\.10 asked for <afterall@/, from);
    expect(await daemon.stop()).toEqual({code: 0, signal: null});
  });
});

/**
 * The daemon at work while clients write log lines of their own into what sendmail logs of them: it
 * blocks those who guess, and nobody else, least of all the client that they name, 198.51.100.66.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Daemon} from './lab/daemon.js';
import {clients} from './lab/grammar/clients.js';
import {hostile} from './lab/grammar/hostile.js';
import {play} from './lab/grammar/play.js';
import {startGrammarLab} from './lab/grammar/relay.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();

const CHAIN = 'SPAM_UNAME_GUESSERS';
const THRESHOLD = 3;
/** What was asked for in vain by these is beyond doubt, and enough. */
const guessers = hostile
  .filter(({unknown = 0}) => unknown >= THRESHOLD)
  .map((s) => clients[s.client]);

describe('hostile clients of a sendmail at its default LogLevel', () => {
  let lab: Lab;
  let daemon: Daemon;

  const blocked = async (): Promise<string[]> => {
    const rules = await Promise.all(
      ([4, 6] as const).map((family) => lab.relay.iptables(family, '-S', CHAIN)),
    );
    return [...rules.join('\n').matchAll(/-s (\S+)\/(?:32|128)/g)].map(([, ip]) => ip ?? '');
  };

  beforeAll(async () => {
    lab = await startGrammarLab({id: 'hostile', logLevel: 9, reverse: 'fails'});
    daemon = lab.relay.daemon([
      `--threshold=${String(THRESHOLD)}`,
      '--least-unknown-share=0',
      '--debug=3',
    ]);
    await daemon.ready();
    // who is blocked waits in vain for an answer
    await play(lab, hostile, {timeoutMs: 700});
  });
  afterAll(() => Lab.stopAll());

  test('the guessers among them are blocked', async () => {
    expect(guessers.length).toBeGreaterThanOrEqual(3);
    await until('the blocks', async () => {
      const standing = await blocked();
      return guessers.every((guesser) => standing.includes(guesser));
    });
  });

  test('no address is blocked that did not speak to us', async () => {
    const known: string[] = hostile.map(({client}) => clients[client]);
    expect((await blocked()).filter((ip) => !known.includes(ip))).toEqual([]);
  });

  test('no line accuses the network that they name', () => {
    const against = / (?:info|notice|warning) (?:block )?198\.51\.100\./;
    expect(daemon.stderr.filter((line) => against.test(line))).toEqual([]);
  });

  test('no two sources disagree about a client', () => {
    expect(daemon.text).not.toMatch(/disagree/);
  });

  test('the innocent delivers throughout', async () => {
    const mail = {to: 'alice@example.net', sender: 'friend@example.org', text: 'after the storm'};
    expect(await lab.client('innocent').deliver(mail)).toMatchObject({accepted: true});
    await lab.relay.mailbox('alice', 'after the storm');
  });
});

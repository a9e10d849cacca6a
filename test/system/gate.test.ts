/**
 * The gate before a real sendmail: who waits in silence has the mailer at the same connection, and who does
 * not wait, has not. Clients call the gate's port by themselves; no firewall leads them.
 */
import {afterAll, afterEach, beforeAll, expect, test} from '@jest/globals';
import type {Client, Family} from './lab/client.js';
import {Gate, gatePort} from './lab/gate.js';
import {addressOf, Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab();
const port = gatePort;

let lab: Lab;
let gate: Gate;
let client: Client;

/** The titles of sendmail's sessions. */
async function sessions(): Promise<string[]> {
  const titles = (await lab.relay.sh('ps', ['-eo', 'args', '--no-headers'])).split('\n');
  return titles.filter((title) => /^sendmail: server /.test(title));
}

describe('the gate before sendmail', () => {
  beforeAll(async () => {
    lab = await Lab.start({id: 'gate', clients: {stranger: 40}});
    client = lab.client('stranger');
  }, 180_000);
  afterEach(async () => {
    await gate.stop();
    await until('sessions to end', async () => (await sessions()).length === 0);
  });
  afterAll(() => Lab.stopAll());

  const cases: Family[] = [4, 6];
  test.each(cases)('who waits in silence has the mailer, IPv%i', async (family) => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const [knocked] = await client.knock([{family, port, acts: [], until: '220 relay'}]);
    expect(knocked?.text).toMatch(/^220 relay\.example\.net ESMTP Sendmail/);
    expect(knocked?.firstMs).toBeGreaterThan(990);
    const delivered = await client.deliver({
      family,
      port,
      to: 'alice@example.net',
      text: `through the gate ${family}`,
    });
    expect(delivered).toMatchObject({accepted: true});
    const box = await lab.relay.mailbox('alice', `through the gate ${family}`);
    expect(box).toMatch(
      new RegExp(
        `Received: from client\\.example\\.org .*\\[(?:IPv6:)?${addressOf(40)[family].replace(/::/, ':.*:')}\\]`,
      ),
    );
    const visits = await gate.told(2);
    expect(visits).toEqual([
      expect.objectContaining({fate: 'handed', client: addressOf(40)[family]}),
      expect.objectContaining({fate: 'handed', client: addressOf(40)[family]}),
    ]);
    const log = (await lab.relay.logLines()).join('\n');
    for (const {pid, waitedMs} of visits) {
      expect(waitedMs).toBeGreaterThanOrEqual(999);
      expect(pid).toBeGreaterThan(1);
    }
    expect(log).toContain(`sm-mta[${visits[1]?.pid}]`);
  });
});

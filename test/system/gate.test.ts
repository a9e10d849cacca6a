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
  });
  afterEach(async () => {
    await gate.stop();
    await until('sessions to end', async () => (await sessions()).length === 0);
  });
  afterAll(() => Lab.stopAll());

  const cases: Family[] = [4, 6];
  test.each(cases)('a client that waits in silence has the mailer, IPv%i', async (family) => {
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

  const hello = 'EHLO client.example.org\r\n';
  test.each([
    ['at once', 0, hello],
    ['after 0.1 s', 100, hello],
    ['just before the end of the wait', 1900, hello],
    ['one byte', 300, 'E'],
    ['an empty line', 300, '\r\n'],
    ['no HELO', 300, 'MAIL FROM:<a@example.org>\r\nRCPT TO:<alice@example.net>\r\n'],
  ])('early talk gets 554: %s', async (_, afterMs, bytes) => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=2s']);
    for (const family of [4, 6] as const) {
      const acts = [{afterMs, kind: 'say', bytes}] as const;
      const [knocked] = await client.knock([{family, port, acts}]);
      expect(knocked?.text).toMatch(/^554 5\.5\.0 [^\r\n]*\r\n$/);
      expect(knocked?.end).toBe('finished');
    }
    const visits = await gate.told(2);
    expect(visits.map(({fate}) => fate)).toEqual(['early', 'early']);
    const said = bytes.trimEnd().replaceAll(/[\r\n]/g, '?');
    for (const visit of visits) expect(visit.said).toBe(said);
    expect(await sessions()).toEqual([]);
  });

  test('a client that finishes or resets while it waits has left; one that spoke before has spoken', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=15s']);
    const say = {afterMs: 0, kind: 'say', bytes: 'QUIT\r\n'} as const;
    const finish = {afterMs: 700, kind: 'finish'} as const;
    const reset = {afterMs: 700, kind: 'reset'} as const;
    const known = (await lab.relay.logLines()).length;
    await client.knock([
      {port, acts: [finish]},
      {port, acts: [reset]},
      {port, acts: [say, finish]},
    ]);
    const visits = await gate.told(3);
    expect(visits.map(({fate}) => fate).sort()).toEqual(['early', 'left', 'left']);
    expect(visits.find(({fate}) => fate === 'early')?.said).toBe('QUIT');
    // All were seen while they waited, and no mailer was troubled.
    for (const {waitedMs} of visits) expect(waitedMs).toBeLessThan(14_900);
    expect(
      (await lab.relay.logLines()).slice(known).filter((line) => line.includes('sm-mta')),
    ).toEqual([]);
  });

  test('a megabyte arrives byte for byte', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const lines = Array.from({length: 14_000}, (_, i) => `${i} ${'abcdefghij'.repeat(7)}`);
    const text = `a megabyte\r\n${lines.join('\r\n')}\r\nits end`;
    const delivered = await client.deliver({port, to: 'bob@example.net', text});
    expect(delivered).toMatchObject({accepted: true});
    const box = await lab.relay.mailbox('bob', 'its end');
    expect(box).toContain(text.replaceAll('\r\n', '\n'));
  });

  test('an unknown user is refused at RCPT under the name that is followed', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const {answers} = await client.guess({port, names: ['nosuchuser'], keep: false});
    expect(answers[0]?.line).toMatch(/^550 5\.1\.1 /);
    const [visit] = await gate.told(1);
    const wanted = new RegExp(
      `sm-mta\\[${visit?.pid}\\]: .*<nosuchuser@example\\.net>\\.\\.\\. User unknown`,
    );
    await until('the refusal in the log', async () =>
      (await lab.relay.logLines()).some((line) => wanted.test(line)),
    );
  });

  test('200 at once are all served, each within its turn', async () => {
    const most = ['--greeting-children-max=400', '--greeting-children-per-second=50'];
    const crowd = ['--greeting-max-per-client=300', '--greeting-max-per-network=300'];
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s', ...most, ...crowd]);
    const knocks = Array.from({length: 200}, () => ({port, acts: [], until: '220 relay'}));
    const knocked = await client.knock(knocks, 45_000);
    expect(knocked.filter(({text}) => text.startsWith('220 relay')).length).toBe(200);
    const visits = await gate.told(200);
    expect(new Set(visits.map(({fate}) => fate))).toEqual(new Set(['handed']));
    expect(new Set(visits.map(({pid}) => pid)).size).toBe(200);
    for (const {firstMs} of knocked) expect(firstMs).toBeGreaterThan(990);
  });

  test('beyond the limits of waiting the mailer greets at once; beyond those of the mailer 421', async () => {
    const few = ['--greeting-max-per-client=2', '--greeting-children-max=3'];
    gate = await Gate.start(lab.relay, ['--greeting-wait=2s', ...few]);
    const knocks = Array.from({length: 6}, () => ({port, acts: []}));
    const knocked = client.knock(knocks, 8000);
    await until('full', () => gate.reports.some(({state}) => state === 'full'));
    const visits = await gate.told(6);
    expect(visits.map(({fate}) => fate).sort()).toEqual([
      'refused',
      'refused',
      'refused',
      'unwaited',
      'unwaited',
      'unwaited',
    ]);
    const texts = (await knocked).map(({text}) => text.slice(0, 3)).sort();
    expect(texts).toEqual(['220', '220', '220', '421', '421', '421']);
    // It takes others as soon as there is one place; the last child goes later.
    await until('room again', () => {
      const last = gate.reports.at(-1);
      return last?.state === 'takes' && last.children === 0;
    });
    expect(gate.reports.at(-1)).toMatchObject({waiting: 0, port, stress: 'calm'});
  });

  test('under stress the wait is short', async () => {
    gate = await Gate.start(lab.relay, [
      '--greeting-wait=60s',
      '--greeting-wait-stress=1s',
      '--greeting-max=4',
    ]);
    const knocks = Array.from({length: 3}, () => ({port, acts: [], until: '220 relay'}));
    const [first] = await client.knock(knocks, 6000);
    await gate.told(1);
    const [visit] = gate.visits;
    expect(visit?.waitedMs).toBeLessThan(10_000);
    // With the first gone the others wait for a minute again.
    expect(visit?.fate).toBe('handed');
    expect(first?.text).toMatch(/^220 /);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)('sessions go on after %s', async (signal) => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s']);
    const {session, banner} = await client.open({port});
    expect(banner).toMatch(/^220 /);
    await gate.told(1);
    await gate.stop(signal);
    const answers = [];
    for (const line of ['MAIL FROM:<a@example.org>', 'RCPT TO:<alice@example.net>', 'QUIT']) {
      answers.push((await client.say(session, line)).line?.slice(0, 3));
    }
    expect(answers).toEqual(['250', '250', '221']);
    await client.close(session);
  });

  test('at SIGTERM those that wait have the mailer at once', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=90s']);
    const knocks = client.knock([{port, acts: [], until: '220 relay'}]);
    await until('one that waits', () => gate.reports.at(-1)?.waiting === 1);
    expect(gate.reports.at(-1)?.waiters).toEqual([
      {client: addressOf(40)[4], sinceMs: expect.any(Number)},
    ]);
    const exit = await gate.process.stop();
    expect(exit.code).toBe(0);
    const [knocked] = await knocks;
    expect(knocked?.text).toMatch(/^220 relay/);
    expect(gate.visits).toMatchObject([{fate: 'unwaited'}]);
  });

  test('killed while the mailer is prepared, the client has the mailer', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=2s']);
    // The session stays open, so one of the two is there until the gate is killed.
    const opening = client.open({port});
    await until('the program of the last look, or the mailer that it has become', async () => {
      const words = await lab.relay.run('pgrep', ['-f', '--', '-bs -Am|^sendmail: .*server']);
      return words.code === 0;
    });
    await gate.stop('SIGKILL');
    const {session} = await opening;
    expect((await client.say(session, 'NOOP')).line).toMatch(/^250 /);
    await client.close(session);
  });

  test('without a daemon it goes on, and reports its clients when there is one', async () => {
    gate = await Gate.start(lab.relay, ['--greeting-wait=1s'], 'none');
    await client.knock([{port, acts: [{afterMs: 0, kind: 'say', bytes: 'X'}]}]);
    await gate.process.waitFor(/cannot report clients to the daemon: none runs/);
    await gate.listen(lab.relay);
    expect(await gate.told(1)).toMatchObject([{fate: 'early', said: 'X'}]);
    await gate.process.waitFor(/the daemon answers again/);
  });
});

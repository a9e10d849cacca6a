/**
 * Sessions of sendmail that the gate has begun, for the reaper and the cutter: they are sessions of their clients as those
 * of sendmail's own daemon are, though their process is the gate's child and their port the gate's.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import type {Family} from './lab/client.js';
import type {Daemon} from './lab/daemon.js';
import {Lab} from './lab/lab.js';
import {requireLab} from './lab/require.js';
import {sleep, until} from './lab/until.js';

const {describe} = await requireLab();

const patientMs = 45_000;
const greeting = ['--greeting=gate', '--greeting-wait=1s', '--debug=3'];
const always = [...greeting, '--backend=nftables', '--outbound=off'];
const reaping = ['--reap-schedule=* * * * * *', '--idle-cmd-read=10s', '--max-runtime-cmd-read=1h'];

describe('sessions behind the gate', () => {
  let lab: Lab;
  let daemon: Daemon;
  let gate: Daemon;

  beforeAll(async () => {
    const clients = {
      cut4: 40,
      cut6: 41,
      stuck4: 42,
      stuck6: 43,
      worker: 44,
      fresh: 45,
      leaver: 46,
      last: 47,
    };
    lab = await Lab.start({id: 'children', clients});
    await lab.relay.write('/etc/blocksmtp.whitelist', '');
    daemon = lab.relay.daemon(always);
    await follows();
    gate = lab.relay.start('/usr/sbin/blocksmtp', ['gate', ...greeting]);
    await gate.waitFor(/gate: unknown clients are served/);
    await led();
  });
  afterAll(() => Lab.stopAll());

  const follows = (): Promise<boolean> =>
    until('the daemon to follow', () => /following /.test(daemon.text), patientMs);

  /** Ends when unknown clients of both families are led to the gate. */
  async function led(): Promise<void> {
    for (const family of ['ip', 'ip6']) {
      const words = ['list', 'set', family, 'blocksmtp-BLOCKSMTP_GREETING', 'alive'];
      await until(
        `${family} to be led`,
        async () => (await lab.relay.run('nft', words)).stdout.includes('expires'),
        patientMs,
      );
    }
  }

  /** A session behind the gate, in which the client has said nothing after EHLO. */
  async function session(name: string, family: Family): Promise<number> {
    const opened = await lab.client(name).open({family});
    expect(opened.banner).toMatch(/^220 relay/);
    const words = ['-Htn', 'state', 'established', `dport = :${opened.port}`];
    expect(await lab.relay.sh('ss', words)).toMatch(/:2500 /);
    return opened.session;
  }

  /** At which port of the relay a new connection of the client is served. */
  async function portOf(name: string, family: Family): Promise<string | undefined> {
    const opened = await lab.client(name).open({family});
    const words = ['-Htn', 'state', 'established', `dport = :${opened.port}`];
    const [, port] = /:(\d+) +\S+ *$/m.exec(await lab.relay.sh('ss', words)) ?? [];
    await lab.client(name).close(opened.session);
    return port;
  }

  const ask = async (...words: string[]): Promise<string> =>
    (await lab.relay.blocksmtp(words, {timeoutMs: 60_000})).stdout;
  const ends = (name: string, id: number): Promise<true> =>
    until(
      `the session of ${name} to end`,
      async () => (await lab.client(name).state(id)).closed,
      patientMs,
    );

  test('a client that leaves during its wait is shown, and not blamed', async () => {
    const acts = [{afterMs: 200, kind: 'reset'}] as const;
    await lab.client('leaver').knock([{acts}]);
    const address = lab.client('leaver').addresses[4];
    const why = await until(
      'why',
      async () => {
        const text = await ask('why', address);
        return text.includes('it left without a word') && text;
      },
      patientMs,
    );
    expect(why).toMatch(/left without a word or a command 1 time, .*: that weighs nothing/);
    expect(await ask('list')).not.toContain(address);
  });

  test('a client that has waited still passes after kill -9 of the daemon, whatever the firewall has kept', async () => {
    for (const family of [4, 6] as const) {
      const {session: id} = await lab.client('worker').open({family});
      await lab.client('worker').close(id);
      const address = lab.client('worker').addresses[family];
      await until(
        'its pass',
        async () => (await ask('why', address)).includes('goes straight to the mailer until'),
        patientMs,
      );
    }
    // A second is far more than the state takes to be saved.
    await sleep(1000);
    await daemon.stop('SIGKILL');
    await lab.relay.sh('nft', ['flush', 'ruleset']);
    daemon = lab.relay.daemon(always);
    await follows();
    await led();
    for (const family of [4, 6] as const) {
      expect(await portOf('worker', family)).toBe('25');
      expect(await portOf('fresh', family)).toBe('2500');
    }
  });

  test.each([4, 6] as const)('a block cuts them, IPv%i', async (family) => {
    const name = `cut${family}`;
    const id = await session(name, family);
    const address = lab.client(name).addresses[family];
    expect(await lab.relay.blocksmtp(['block', address, '--for', '1h'])).toMatchObject({code: 0});
    await ends(name, id);
    expect(await daemon.waitFor(/notice cut /)).toMatch(/: sendmail process \d+/);
    await until(
      'its process to end',
      async () =>
        !(await lab.relay.sh('ps', ['-eo', 'args'])).includes(
          family === 4 ? `[${address}]` : ':41]',
        ),
      patientMs,
    );
    expect((await lab.client(name).open({family, timeoutMs: 1500})).connected).toBe(false);
  });

  test.each([4, 6] as const)(
    'one in which nobody speaks is reaped, one that works is not, and nobody is blocked, IPv%i',
    async (family) => {
      await daemon.stop();
      daemon = lab.relay.daemon([...always, ...reaping]);
      await follows();
      await led();
      const over = new AbortController();
      const worker = lab.client('worker');
      const working = await worker.open({family});
      const work = (async () => {
        while (!over.signal.aborted) {
          const {line} = await worker.say(working.session, 'RSET');
          if (line?.startsWith('250') !== true) return `it heard ${String(line)}`;
          await sleep(500);
        }
        return 'served';
      })();
      const name = `stuck${family}`;
      const id = await session(name, family);
      await ends(name, id);
      const address = lab.client(name).addresses[family];
      await daemon.waitFor(
        new RegExp(
          ` notice reap sendmail process \\d+ of ${address} \\(idle .*, in cmd read\\): SIGTERM$`,
        ),
      );
      await daemon.waitFor(new RegExp(` info ${address} stuckSession .*, proof kernel$`));
      over.abort();
      expect(await work).toBe('served');
      expect(await ask('list')).not.toContain(address);
      // It has waited: from now on it is known.
      const again = await lab.client(name).open({family});
      expect(again.banner).toMatch(/^220 relay/);
    },
  );

  test('a mailer at the gate’s port is named, no client is led to it, and its own are let in', async () => {
    expect(await portOf('last', 4)).toBe('2500');
    await gate.stop();
    const options = ['-ODaemonPortOptions=Family=inet, Port=2500, Addr=0.0.0.0', '-q10m'];
    await lab.relay.sh('/usr/sbin/sendmail-mta', ['-Am', '-L', 'sm-mta', '-bd', ...options]);
    const named = /port 2500 \(greeting_port\) is taken by sendmail \(process \d+\)/;
    await until('its name in the log', () => named.test(daemon.text), undefined, 200);
    expect(await ask('status')).toMatch(/its port is taken by sendmail \(process \d+\)/);
    expect(await ask('doctor')).toMatch(named);
    await until(
      'its clients to be let in',
      async () => {
        const opened = await lab.client('last').open({family: 4, port: 2500, timeoutMs: 1500});
        if (opened.connected) await lab.client('last').close(opened.session);
        return opened.banner?.startsWith('220 ');
      },
      patientMs,
    );
    // It has not passed: its other family never came.
    expect(await portOf('last', 6)).toBe('25');
  });
});

/** The lab itself: that its parts are real and work, and that it leaves nothing behind. */
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdir, readFile, readlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {execa} from 'execa';
import {Lab} from './lab/lab.js';
import {labDir, root} from './lab/paths.js';
import {requireLab} from './lab/require.js';
import {until} from './lab/until.js';

const {describe} = await requireLab({program: false});

/** What a lab could leave on the host: mounts (named namespaces are mounts too), and processes. */
function mounts(): Promise<string> {
  return readFile('/proc/self/mounts', 'utf8');
}

/** The processes of the lab with this id, as `ps` shows them; other labs may stand beside it. */
async function processes(id: string): Promise<string[]> {
  const all = (await execa('ps', ['-eo', 'pid,args', '--no-headers'])).stdout.split('\n');
  return all.filter((line) => line.includes(id));
}

/** The namespaces of all kinds that these processes hold. */
async function namespaces(lines: string[]): Promise<string[]> {
  const pids = lines.map((line) => line.trim().split(' ')[0] ?? '');
  const links = pids.flatMap((pid) =>
    ['net', 'mnt', 'uts', 'pid'].map((n) => `/proc/${pid}/ns/${n}`),
  );
  const held = await Promise.all(links.map((link) => readlink(link).catch(() => '')));
  const host = await Promise.all(links.map((link) => readlink(`/proc/self/ns/${basename(link)}`)));
  return [...new Set(held.filter((ns) => ns !== '' && !host.includes(ns)))];
}

async function gone(id: string, spaces: string[], mountsBefore: string): Promise<void> {
  await until(`all processes of ${id} to go`, async () => (await processes(id)).length === 0);
  await until('the namespaces to go', async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const left = await namespaces(pids);
    return !spaces.some((space) => left.includes(space));
  });
  expect(await mounts()).toBe(mountsBefore);
}

describe('the lab', () => {
  const id = `lab-test-${String(process.pid)}`;
  let before: string;
  let lab: Lab;

  beforeAll(async () => {
    before = await mounts();
    lab = await Lab.start({id});
  }, 300_000);
  afterAll(() => Lab.stopAll());

  test.each([4, 6] as const)('sendmail 8.18 answers over IPv%i', async (family) => {
    const {connected, banner, session} = await lab.client('innocent').open({family});
    expect({connected, banner}).toEqual({
      connected: true,
      banner: expect.stringMatching(/^220 relay\.example\.net ESMTP Sendmail 8\.18\./),
    });
    await lab.client('innocent').close(session);
  });

  test.each([4, 6] as const)(
    'an unknown user is logged without an address (IPv%i)',
    async (family) => {
      const name = `ghost${String(family)}`;
      const guess = await lab.client('attacker').guess({names: [name], family, keep: true});
      expect(guess.answers.map((answer) => answer.line)).toEqual([
        `550 5.1.1 <${name}@example.net>... User unknown`,
      ]);
      const line = await until('the line', async () =>
        (await lab.relay.logLines()).find((text) => text.includes(name)),
      );
      expect(line).toMatch(
        new RegExp(
          `^\\d{4}-\\d\\d-\\d\\dT\\S+ relay sm-mta\\[\\d+\\]: \\w{14,}: <${name}@example\\.net>\\.\\.\\. User unknown$`,
        ),
      );
      // the line that does carry it comes only when the session ends
      const address = {4: '[192.0.2.66]', 6: '[IPv6:2001:db8:0:0:0:0:0:66]'}[family];
      const from = (text: string): boolean => text.includes('from=<') && text.endsWith(address);
      expect((await lab.relay.logLines()).filter(from)).toEqual([]);
      await lab.client('attacker').close(guess.session ?? 0);
      await until('the from= line', async () => (await lab.relay.logLines()).find(from));
    },
  );

  test('mail for a local user reaches the mailbox', async () => {
    const sent = await lab
      .client('innocent')
      .deliver({to: 'alice@example.net', text: 'hello in the lab'});
    expect(sent).toEqual({accepted: true, line: expect.stringMatching(/^250 2\.0\.0 /)});
    expect(await lab.relay.mailbox('alice', 'hello in the lab')).toContain(
      'From innocent@example.org',
    );
  });

  test('a firewall rule in the relay cuts a client off, session and all', async () => {
    const client = lab.client('attacker');
    const {session} = await client.open();
    const rule = ['INPUT', '-s', '192.0.2.66', '-p', 'tcp', '--dport', '25', '-j', 'DROP'];
    await lab.relay.iptables(4, '-A', ...rule);
    expect(await client.say(session, 'NOOP', 300)).toEqual({line: null, closed: false});
    expect((await client.open({timeoutMs: 300})).connected).toBe(false);
    expect((await lab.client('innocent').open()).connected).toBe(true);
    await lab.relay.iptables(4, '-D', ...rule);
  });

  test('classic stamps, and IPv4 clients on a dual-stack socket', async () => {
    const other = await Lab.start({id: 'two', stamps: 'bsd', mappedIpv4: true});
    try {
      await other.client('attacker').guess({names: ['ghost'], keep: true});
      const line = await until('the line', async () =>
        (await other.relay.logLines()).find((text) => text.includes('ghost')),
      );
      expect(line).toMatch(/^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d relay sm-mta\[\d+\]: /);
      // local port 25, remote ::ffff:192.0.2.66 in the kernel's spelling
      expect(await other.relay.sh('cat', ['/proc/net/tcp6'])).toMatch(/:0019 0+FFFF0000420200C0:/);
      expect(await other.relay.sh('cat', ['/proc/net/tcp'])).not.toMatch(/:0019 /);
    } finally {
      await other.stop();
    }
  });

  test('no zombies collect under process 1', async () => {
    expect(await lab.relay.sh('ps', ['-eo', 'stat,args'])).not.toMatch(/^Z/m);
  });

  test('stop leaves nothing behind', async () => {
    const spaces = await namespaces(await processes(id));
    // the relay's four and one network for each of three clients
    expect(spaces.length).toBeGreaterThanOrEqual(7);
    await lab.stop();
    await gone(id, spaces, before);
  });

  test('kill -9 of the process that started a lab takes the lab along', async () => {
    const killed = `lab-killed-${String(process.pid)}`;
    const source = `import {Lab} from ${JSON.stringify(join(labDir, 'lab.ts'))};
      await Lab.start({id: '${killed}', stateOnDisk: true});
      console.log('up'); setInterval(() => undefined, 1000);`;
    const self = `--define:import.meta.url=${JSON.stringify(`file://${labDir}/lab.ts`)}`;
    const bundle = ['--bundle', '--platform=node', '--format=esm', '--packages=external', self];
    const script = await execa(join(root, 'node_modules/.bin/esbuild'), bundle, {
      input: source,
      cwd: root,
    });
    const node = [process.execPath, '--input-type=module', '-e', script.stdout];
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...node], {cwd: root});
    let spaces: string[];
    try {
      await once(child.stdout, 'data');
      spaces = await namespaces(await processes(killed));
      expect(spaces.length).toBeGreaterThanOrEqual(7);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await gone(killed, spaces, before);
    // its state directory, the one thing on a disk, goes with the next lab
    await (await Lab.start({id: `${killed}-next`, services: false})).stop();
    const left = (await readdir(tmpdir())).filter((name) => name.includes(killed));
    expect(left).toEqual([]);
  });
});

/** The command as it is built, in a network of its own in which registries, names and a state are those of the test. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import {execFileSync, spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bundle, type Child, start} from '../../support/child.js';
import {houseScript} from '../../support/contact/house.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {blocksmtp, complaints} from '../built.js';

/** A process that enters a mount namespace begins at its root. */
const program = join(process.cwd(), 'dist/blocksmtp.js');
const tempDir = tempDirs();
const whereRoot = whereAvailable({
  root: true,
  tools: ['openssl'],
  works: ['unshare', '--net', 'true'],
});

interface House {
  readonly ask: (...words: readonly string[]) => {
    code: number | null;
    stdout: string;
    stderr: string;
  };
  readonly requests: () => string[];
  /** In the state: how many questions went to each registry. */
  readonly counts: string;
  readonly child: Child;
}

let house: House | undefined;
afterEach(() => void house?.child.process.kill('SIGKILL'));

/** A certificate for all names of the house, which is its own authority. */
function certificate(folder: string): readonly [key: string, cert: string] {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const names = ['data', 'rdap', 'other', 'inside'].map((name) => `DNS:${name}.example.net`);
  const words = [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=data.example.net'],
    ...['-addext', `subjectAltName=${names.join(',')}`],
  ];
  execFileSync('openssl', words, {stdio: 'ignore'});
  return [key, cert];
}

async function openHouse(): Promise<House> {
  const folder = tempDir();
  const [key, cert] = certificate(folder);
  writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: dns\n');
  const script = bundle(folder, houseScript);
  const prepare = [
    'ip link set lo up',
    'ip address add 192.0.2.53/32 dev lo',
    'ip address add 198.51.100.53/32 dev lo',
    `mount --bind ${folder}/resolv.conf /etc/resolv.conf`,
    `test ! -e /etc/nsswitch.conf || mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf`,
    `exec ${process.execPath} --no-warnings ${script} ${key} ${cert}`,
  ];
  const words = ['--net', '--mount', '--propagation', 'private', 'sh', '-ec', prepare.join('\n')];
  const child = start('unshare', words);
  await until(
    `the servers are ready: ${child.complaints()}`,
    () => child.output().includes('ready\n') || child.process.exitCode !== null,
  );
  if (!child.output().includes('ready')) throw new Error(child.complaints());
  const {pid = 0} = child.process;
  const config = join(folder, 'config.toml');
  const settings = [
    'rdap_bootstrap = "https://data.example.net/rdap/"',
    'contact_zone = "abuse.example.org"',
  ];
  const places = [`state_dir = "${folder}/state"`, `control_socket = "${folder}/socket"`];
  writeFileSync(config, [...settings, ...places, ''].join('\n'));
  const made: House = {
    child,
    counts: join(folder, 'state/registries.json'),
    requests: () =>
      child
        .output()
        .split('\n')
        .filter((line) => line.includes('/')),
    ask: (...asked) => {
      const enter = ['--net', '--mount', '--target', String(pid), process.execPath];
      const all = [...enter, program, 'contact', `--config=${config}`, ...asked];
      const env = {...process.env, NODE_EXTRA_CA_CERTS: cert};
      const {status, stdout, stderr} = spawnSync('nsenter', [...all], {
        encoding: 'utf8',
        timeout: 60_000,
        env,
        cwd: process.cwd(),
      });
      return {code: status, stdout, stderr};
    },
  };
  house = made;
  return made;
}

whereRoot('by HTTPS from the bootstrap to the registry, and to another one', async () => {
  const {ask, requests} = await openHouse();
  const one = ask('192.0.2.7');
  expect(one).toMatchObject({code: 0, stderr: ''});
  expect(one.stdout).toMatch(
    /^network: {3}192\.0\.2\.0\/24\ncontact: {3}abuse@example\.net {2}registry: published for this network\nknown: {5}asked just now, 20\S+[+-]\d\d:\d\d\n$/,
  );
  const two = ask('203.0.113.7', '--json');
  expect(JSON.parse(two.stdout)).toMatchObject({
    ...{address: '203.0.113.7', kind: 'found', network: '203.0.113.0/24', by: 'search'},
    contacts: [{mailbox: 'IRT@example.com', source: 'registry', certainty: 'published'}, {}],
  });
  const expected = [
    ...['192.0.2.53/rdap/ipv4.json', '192.0.2.53/ip/192.0.2.7'],
    ...['192.0.2.53/rdap/ipv4.json', '192.0.2.53/ip/203.0.113.7', '198.51.100.53/ip/203.0.113.7'],
  ];
  await until('the servers have told', () => requests().length >= expected.length);
  expect(requests()).toEqual(expected);
});

whereRoot(
  'the questions of one command count for the next, and none asks more than a day allows',
  async () => {
    const {ask, requests, counts} = await openHouse();
    ask('192.0.2.7');
    type Counts = Record<string, {freeMs: number; hours: {hour: number; questions: number}[]}>;
    const counted = JSON.parse(readFileSync(counts, 'utf8')) as Counts;
    const [bootstrap, registry] = ['data.example.net', 'rdap.example.net'];
    expect(Object.keys(counted).sort()).toEqual([bootstrap, registry]);
    expect(counted[registry]?.hours).toMatchObject([{questions: 1}]);
    const spent = counted[registry]!.hours.map((each) => ({...each, questions: 200}));
    writeFileSync(counts, JSON.stringify({...counted, [registry]: {freeMs: 0, hours: spent}}));
    await until('the servers have told', () => requests().length === 2);
    const {code, stderr} = ask('192.0.2.7');
    expect([code, stderr]).toEqual([
      69,
      expect.stringContaining(`200 questions went to ${registry} in 24 hours`),
    ]);
    // The bootstrap alone.
    await until('the server has told', () => requests().length > 2);
    expect(requests().slice(2)).toEqual(['192.0.2.53/rdap/ipv4.json']);
  },
);

whereRoot('a redirect into this house is not followed', async () => {
  const {ask, requests} = await openHouse();
  const {code, stderr} = ask('192.0.2.8');
  expect(code).toBe(69);
  expect(stderr).toContain('leads to 127.0.0.1, which is not of the Internet');
  const expected = ['192.0.2.53/rdap/ipv4.json', '192.0.2.53/ip/192.0.2.8'];
  await until('the servers have told', () => requests().length >= expected.length);
  expect(requests()).toEqual(expected);
});

whereRoot(
  'from the contact zone, where the registry knows no such network; and nobody',
  async () => {
    const {ask} = await openHouse();
    expect(ask('192.0.2.9').stdout).toContain(
      'second@example.org  contact zone: listed by a third party',
    );
    const nobody = ask('192.0.2.10');
    expect(nobody).toMatchObject({code: 1, stdout: ''});
    expect(nobody.stderr).toContain(
      'no contact for 192.0.2.10: registry, contact zone, reverse name: nobody named',
    );
  },
);

describe('words that are wrong', () => {
  beforeEach(() => (house = undefined));
  test.each([
    [[], 'expected an address'],
    [['192.0.2.0/24'], 'expected an IPv4 or IPv6 address'],
    [['192.0.2.7', '--rdap-bootstrap=http://x.example.net/'], '--rdap-bootstrap'],
    [['192.0.2.7', '--contact-zone=-'], '--contact-zone'],
  ])('%j', (words, said) => {
    const ended = blocksmtp(['contact', ...words]);
    expect([64, 78]).toContain(ended.code);
    expect(complaints(ended).join('\n')).toContain(said);
  });
});

/**
 * The sweep of another user's Maildir, with a real owner's process: dist/blocksmtp.js, a log, and a clamd of
 * the test that finds what the text says. Real clamd and sendmail are in test/system/complained.test.ts.
 */
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {afterEach, describe, expect} from '@jest/globals';
import type {Accusation} from '../../../src/complaint/spool/accusation.js';
import type {ContactAnswer} from '../../../src/complaint/contact/answer.js';
import {complainMaildir, type MaildirWish} from '../../../src/cli/complained/maildir.js';
import type {Complaining} from '../../../src/cli/complained/wiring.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';
import {collected, configWith} from '../support.js';
import {killSweeps, sweepsOf} from './sweeps.js';

const asRoot = whereAvailable({
  root: true,
  tools: ['getent', 'flock'],
  works: ['test', '-f', 'dist/blocksmtp.js'],
});
const newDir = tempDirs();
const uid = 1;
const client = '198.51.100.7';
const idOf = (n: number): string => `6ATFIh0Y0002${10 + n}`;
const now = (): string => new Date().toUTCString();

const servers: net.Server[] = [];
const sockets = new Set<net.Socket>();
const endServers = (): void => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
};
afterEach(endServers);

interface World {
  readonly path: string;
  readonly socket: string;
  readonly log: string;
  readonly program: readonly string[];
  readonly scans: () => number;
}

/** @param answers how many messages clamd answers for; the others wait */
async function world(answers = Infinity): Promise<World> {
  const home = newDir();
  const path = join(home, 'Maildir');
  for (const folder of ['cur', 'new', 'tmp']) fs.mkdirSync(join(path, folder), {recursive: true});
  fs.chmodSync(home, 0o755);
  fs.copyFileSync('dist/blocksmtp.js', join(home, 'blocksmtp.js'));
  const socket = join(home, 'clamd');
  let scans = 0;
  const server = net.createServer((connection) => {
    scans += 1;
    sockets.add(connection.on('error', () => undefined));
    if (scans > answers) return;
    let got = '';
    connection.setEncoding('latin1').on('data', (text: string) => {
      got += text;
      const name = /^Subject: virus (\S+)/m.exec(got)?.[1];
      const verdict = name === undefined ? 'stream: OK' : `stream: ${name} FOUND`;
      if (got.endsWith('\0\0\0\0')) connection.end(`${verdict}\0`);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  fs.chmodSync(socket, 0o666);
  const log = join(newDir(), 'mail.log');
  fs.writeFileSync(log, '');
  return {
    ...{path, socket, log, scans: () => scans},
    program: [process.execPath, join(home, 'blocksmtp.js')],
  };
}

function put({path, log}: World, n: number, subject: string, top?: string): void {
  const id = idOf(n);
  const received = `Received: from x (h.example [${client}])\n\tby relay.example.net (8.18.1/8.18.1) with ESMTP id ${id};\n\t${now()}\n`;
  const message = `${top ?? received}Message-Id: <${n}@example.org>\nSubject: ${subject}\n\nbody\n`;
  const seconds = Math.floor(Date.now() / 1000);
  fs.writeFileSync(join(path, `new/${seconds}.M${n}.relay`), message);
  const stamp = new Date().toISOString();
  fs.appendFileSync(
    log,
    `${stamp} relay sm-mta[${n}]: ${id}: from=<a@example.org>, size=509, class=0, nrcpts=1, msgid=<${n}@example.org>, proto=ESMTP, daemon=MTA, relay=h.example [${client}]\n`,
  );
}

/** All of it belongs to the owner, as the mailer would have delivered it. */
const give = ({path}: World): void => {
  execFileSync('chown', ['-hR', `${uid}:${uid}`, path]);
};

const found: ContactAnswer = {
  kind: 'found',
  network: '198.51.100.0/24',
  contacts: [{mailbox: 'abuse@example.org', source: 'registry', certainty: 'published'}],
  foundMs: 0,
};

/** As the spool does it: the same queue id is one accusation. */
class Spool implements Complaining {
  readonly said: Extract<Accusation, {kind: 'message'}>[] = [];
  contact: ContactAnswer = found;
  answer: Awaited<ReturnType<Complaining['accuse']>> = {kind: 'taken'};
  readonly preview = (): string => '';
  readonly findContact = () => Promise.resolve(this.contact);
  readonly accuse = (accusation: Accusation) => {
    if (accusation.kind === 'message') this.said.push(accusation);
    return Promise.resolve(this.answer);
  };
  get accused(): string[] {
    return [...new Set(this.said.map(({queueId}) => queueId))].sort();
  }
}

async function swept(at: World, spool: Complaining, more: Partial<MaildirWish> = {}) {
  const {output, log, printed, said} = collected();
  const complaints: string[] = [];
  const wish: MaildirWish = {
    ...{path: at.path, virus: ['Win.*'], sinceSeconds: 3600, as: 'relay.example.net'},
    ...{log: at.log, deed: 'moves', form: 'text', ...more},
  };
  const told = {...output, complain: (text: string) => void complaints.push(text)};
  const config = configWith([`--clamd-socket=${at.socket}`]);
  const code = await complainMaildir(wish, config, log, told, spool, at.program);
  return {code, printed: printed(), complaints, said};
}

const names = (at: World, folder: string): string[] =>
  fs.existsSync(join(at.path, folder)) ? fs.readdirSync(join(at.path, folder)).sort() : [];

describe('a sweep', () => {
  asRoot('accuses by what is listed and verified, and moves it, as the owner', async () => {
    const at = await world();
    put(at, 1, 'virus Win.Trojan.A');
    put(at, 2, 'harmless');
    put(at, 3, 'virus Heuristics.Phishing');
    const forged = `Received: from x (h [203.0.113.9])\n\tby relay.example.net (8.18.1/8.18.1) with ESMTP id ${idOf(1)};\n\t${now()}\n`;
    put(at, 4, 'virus Win.Trojan.A', forged);
    give(at);
    const spool = new Spool();
    const {code, printed, complaints} = await swept(at, spool);
    expect({code, complaints}).toEqual({code: 0, complaints: []});
    expect(spool.said).toHaveLength(1);
    expect(spool.said[0]).toMatchObject({
      ...{kind: 'message', client, queueId: idOf(1), network: '198.51.100.0/24'},
      found: {kind: 'scanner', name: 'Win.Trojan.A'},
    });
    expect(printed).toContain('not accused: complaint_virus_names does not list this name');
    expect(printed).toContain('unverified: our log has');
    expect(printed).toContain('4 messages: 1 clean, 3 found, 0 not scanned');
    expect(names(at, 'new')).toHaveLength(3);
    const [moved = ''] = names(at, '.Complained/cur');
    expect(moved).toMatch(/M1\.relay:2,P$/);
    const {uid: owner} = fs.statSync(join(at.path, '.Complained/cur', moved));
    expect([owner, fs.statSync(join(at.path, '.Complained')).uid]).toEqual([uid, uid]);
  });

  asRoot('without --move shows, and leaves all as it is', async () => {
    const at = await world();
    put(at, 1, 'virus Win.Trojan.A');
    give(at);
    const spool = new Spool();
    const {printed} = await swept(at, spool, {deed: 'shows', form: 'json'});
    expect(JSON.parse(printed)).toMatchObject({
      counts: {seen: 1, found: 1},
      messages: [
        {
          name: 'Win.Trojan.A',
          said: [expect.stringContaining('verified: 198.51.100.7'), expect.any(String)],
        },
      ],
    });
    expect(spool.said).toEqual([]);
    expect(fs.readdirSync(at.path).sort()).toEqual(['cur', 'new', 'tmp']);
  });

  asRoot(
    'a message without a contact goes to a folder of its own; one with an unknown contact stays',
    async () => {
      const at = await world();
      put(at, 1, 'virus Win.Trojan.A');
      give(at);
      const spool = new Spool();
      spool.contact = {kind: 'failed', why: 'no answer', againMs: 0};
      await swept(at, spool);
      expect(names(at, 'new')).toHaveLength(1);
      spool.contact = {kind: 'none', network: client, why: 'nobody'};
      await swept(at, spool);
      expect([names(at, 'new'), names(at, '.NoContact/cur')]).toEqual([
        [],
        [expect.stringMatching(/:2,P$/)],
      ]);
      expect(spool.said).toEqual([]);
    },
  );

  asRoot('a message that is held stays where it is', async () => {
    const at = await world();
    put(at, 1, 'virus Win.Trojan.A');
    give(at);
    const spool = new Spool();
    spool.answer = {kind: 'held', why: 'too many today'};
    const {printed} = await swept(at, spool);
    expect(printed).toContain('not now: too many today');
    expect(names(at, 'new')).toHaveLength(1);
  });

  asRoot(
    'a clamd that is gone scans nothing: no message moves, and the exit code says so',
    async () => {
      const at = await world();
      put(at, 1, 'virus Win.Trojan.A');
      give(at);
      for (const server of servers.splice(0)) server.close();
      const {code, printed} = await swept(at, new Spool());
      expect(code).toBe(69);
      expect(printed).toContain('not scanned: ');
      expect(printed).toContain('1 messages: 0 clean, 0 found, 1 not scanned');
      expect(names(at, 'new')).toHaveLength(1);
    },
  );

  asRoot(
    'a link to a file that the owner must not read, and one that the owner may not follow, are no messages',
    async () => {
      const at = await world();
      fs.symlinkSync('/etc/shadow', join(at.path, 'new/1.shadow'));
      const secret = join(newDir(), 'secret');
      fs.writeFileSync(secret, 'Subject: virus Win.Trojan.A\n\n', {mode: 0o600});
      fs.linkSync(secret, join(at.path, 'cur/2.hard'));
      give(at);
      fs.chownSync(secret, 0, 0);
      const {printed} = await swept(at, new Spool());
      expect(printed).toContain('2 messages: 0 clean, 0 found, 0 not scanned, 0 older, 2 no files');
      expect(at.scans()).toBe(0);
    },
  );

  asRoot(
    'is refused where the Maildir is root’s, or its new was exchanged for a link',
    async () => {
      const at = await world();
      expect(await swept(at, new Spool())).toMatchObject({
        code: 69,
        complaints: [expect.stringContaining('belongs to root')],
      });
      fs.rmdirSync(join(at.path, 'new'));
      fs.symlinkSync('/etc', join(at.path, 'new'));
      give(at);
      expect(await swept(at, new Spool())).toMatchObject({
        code: 69,
        complaints: [expect.stringContaining('new: expected a folder, and no link')],
      });
    },
  );

  asRoot('two at once: one works, the other says so, and nothing is accused twice', async () => {
    const at = await world();
    for (let n = 0; n < 8; n++) put(at, n, 'virus Win.Trojan.A');
    give(at);
    const spool = new Spool();
    const both = await Promise.all([swept(at, spool), swept(at, spool)]);
    const refused = both.filter(({code}) => code === 69);
    for (const each of refused) expect(each.complaints[0]).toContain('another sweep works on it');
    expect(spool.said).toHaveLength(8);
    expect(names(at, 'new')).toEqual([]);
    expect(names(at, '.Complained/cur')).toHaveLength(8);
  });

  asRoot(
    'killed at any moment between scan and move: nothing is lost, and moved is done',
    async () => {
      const at = await world();
      const count = 5;
      for (let n = 0; n < count; n++) put(at, n, 'virus Win.Trojan.A');
      give(at);
      const spool = new Spool();
      const all = (): string[] => [...names(at, 'new'), ...names(at, '.Complained/cur')];
      for (let kill = 0; kill < count; kill++) {
        let done = 0;
        const doneBefore = names(at, '.Complained/cur').length;
        const killing: Complaining = {
          ...{preview: spool.preview, findContact: spool.findContact},
          accuse: async (accusation) => {
            const taken = await spool.accuse(accusation);
            if (done++ < 1) return taken;
            // The first of this sweep is moved; then the owner's process dies, after a second was taken.
            await until('a move', () => names(at, '.Complained/cur').length > doneBefore);
            killSweeps(at.path);
            return taken;
          },
        };
        await swept(at, killing);
        expect(all()).toHaveLength(count);
      }
      await swept(at, spool);
      expect(names(at, 'new')).toEqual([]);
      expect(names(at, '.Complained/cur')).toHaveLength(count);
      expect(spool.accused).toHaveLength(count);
      const before = spool.said.length;
      await swept(at, spool);
      expect(spool.said).toHaveLength(before);
    },
  );

  asRoot(
    'a process of the owner that says anything else accuses nobody, and is ended',
    async () => {
      const at = await world();
      put(at, 1, 'virus Win.Trojan.A');
      give(at);
      const spool = new Spool();
      const script = 'echo "$1"; exec sleep 1000';
      for (const said of ['{"kind":"found"}', 'x', '{"kind":"scanned","counts":{"seen":-1}}']) {
        const program = ['/bin/sh', '-c', script, 'sh', said];
        const {code, complaints} = await swept({...at, program}, spool);
        expect(code).toBe(69);
        expect(complaints[0]).toContain('says what no sweep says');
      }
      const ends = await swept({...at, program: ['/bin/false']}, spool);
      expect(ends.complaints[0]).toContain('ended before its end');
      expect(spool.said).toEqual([]);
    },
  );

  asRoot('a sweep whose parent is killed ends, and moves nothing', async () => {
    const at = await world(0);
    put(at, 1, 'virus Win.Trojan.A');
    give(at);
    const [node = '', file = ''] = at.program;
    const words = ['complain', 'maildir', at.path, '--move', '--virus=Win.*', '--config=/dev/null'];
    const parent = spawn(node, [file, ...words, `--clamd-socket=${at.socket}`], {stdio: 'ignore'});
    await until('a scan', () => at.scans() > 0);
    expect(sweepsOf(at.path).length).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await until('its end', () => sweepsOf(at.path).length === 0);
    expect(names(at, 'new')).toHaveLength(1);
  });
});

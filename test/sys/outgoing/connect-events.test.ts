/** What the kernel's trace tells of programs that call themselves whatever they like; real ones. */
import {afterEach, expect} from '@jest/globals';
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import {join} from 'node:path';
import type {ConnectEvent} from '../../../src/outgoing/connect-event.js';
import {ConnectEvents} from '../../../src/sys/outgoing/connect-events.js';
import {tempDirs, until} from '../../support/temp.js';
import {whereAvailable} from '../../support/where-available.js';

const test = whereAvailable({
  root: true,
  tools: ['gcc', 'unshare', 'ip', 'bash'],
  works: ['unshare', '--net', 'ls', '/sys/kernel/tracing/instances'],
});
const newFolder = tempDirs();
/** No other test's. */
const port = 2629;
const instance = `/sys/kernel/tracing/instances/blocksmtp-${process.pid}`;
const ends: AbortController[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end.abort();
});

const named = `
#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int words, char **word) {
  for (int i = 1; i < words; i++) {
    if (fork()) continue;
    struct sockaddr_in to = {AF_INET, htons(${port})};
    inet_pton(AF_INET, "127.0.0.2", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    prctl(PR_SET_NAME, word[i]);
    connect(fd, (void *)&to, sizeof to);
    _exit(0);
  }
  return 0;
}`;

function open(): ConnectEvents {
  const opened = ConnectEvents.open([port]);
  if (opened.kind === 'unavailable') throw new Error(opened.why);
  return opened.events;
}

function made(): string {
  const folder = newFolder();
  fs.writeFileSync(join(folder, 'c.c'), named);
  execFileSync('gcc', ['-o', join(folder, 'named'), join(folder, 'c.c')]);
  return folder;
}

/** Each connects under its name, in a network of its own. */
function send(folder: string, names: readonly string[]): void {
  const script = 'ip link set lo up && exec "$0" "$@"';
  const words = ['--net', 'sh', '-c', script, join(folder, 'named'), ...names];
  spawn('unshare', words, {stdio: 'ignore'});
}

/** As two digits each; a name ends with its first zero. */
const allBytes = Array.from({length: 255}, (_, i) => (i + 1).toString(16).padStart(2, '0'));

/** @param names with escapes as bash reads them in $'...' */
function sendBytes(folder: string, names: readonly string[]): void {
  const words = names.map((name) => `$'${name}'`).join(' ');
  const script = `ip link set lo up && exec ${join(folder, 'named')} ${words}`;
  spawn('unshare', ['--net', 'bash', '-c', script], {stdio: 'ignore'});
}

test('no name hides a program that connects', async () => {
  const folder = made();
  const names = ['plain', 'x\n', '\n', 'a\rb', '', '\n-1 [000] .... ', 'a b', '\xe9\n\r'];
  const heard: ConnectEvent[] = [];
  const end = new AbortController();
  ends.push(end);
  const events = open();
  const hearing = (async () => {
    for await (const each of events.heard(end.signal)) {
      if (each.kind === 'connect') heard.push(each.event);
    }
  })();
  send(folder, names);
  const numbers = (): Set<number> => new Set(heard.map(({pid}) => pid));
  await until('all of them', () => numbers().size >= names.length);
  expect(numbers().size).toBe(names.length);
  for (const {remote, remotePort} of heard)
    expect([remote.text, remotePort]).toEqual(['127.0.0.2', port]);
  // Which name it shows is the kernel's: it notes names by number, and may not have noted the last one.
  expect(heard.every(({command}) => command.length <= 16)).toBe(true);
  end.abort();
  await hearing;
  expect(fs.existsSync(instance)).toBe(false);
});

test('no byte of a name, wherever it stands, hides a program that connects or makes up another', async () => {
  const folder = made();
  const heard: ConnectEvent[] = [];
  const end = new AbortController();
  ends.push(end);
  const events = open();
  const hearing = (async () => {
    for await (const each of events.heard(end.signal))
      if (each.kind === 'connect') heard.push(each.event);
  })();
  const sent = allBytes.flatMap((byte) =>
    ['a', '', 'n'.repeat(14)].map((before) => `${before}\\x${byte}`),
  );
  // The shell makes the bytes: what Node gives to a program is text.
  for (let i = 0; i < sent.length; i += 255) sendBytes(folder, sent.slice(i, i + 255));
  const numbers = (): Set<number> => new Set(heard.map(({pid}) => pid));
  await until('all of them', () => numbers().size >= sent.length);
  expect(heard).toHaveLength(sent.length);
  expect(numbers().size).toBe(sent.length);
  for (const {remote, remotePort} of heard)
    expect([remote.text, remotePort]).toEqual(['127.0.0.2', port]);
  end.abort();
  await hearing;
});

test('a leftover of our own is removed before we ask again', () => {
  open();
  expect(fs.existsSync(instance)).toBe(true);
  const again = open();
  again.close();
  expect(fs.existsSync(instance)).toBe(false);
  return Promise.resolve();
});

test('a listener that stops leaves nothing', async () => {
  const folder = made();
  const end = new AbortController();
  ends.push(end);
  const events = open();
  const sending = setInterval(() => {
    send(folder, ['x']);
  }, 100);
  const failed = async (): Promise<void> => {
    for await (const {kind} of events.heard(end.signal)) throw new Error(kind);
  };
  await expect(failed()).rejects.toThrow('connect');
  clearInterval(sending);
  expect(fs.existsSync(instance)).toBe(false);
});

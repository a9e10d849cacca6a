/** The text of a warning: it shows the facts, and hostile names cannot forge any. */
import {describe, expect, test} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {parseAddress} from '../../../src/net/address.js';
import type {Owner, Sighting} from '../../../src/outgoing/owner.js';
import {
  markupText,
  mostParents,
  type Warning,
  warningBody,
  warningJson,
  warningText,
  warningTitle,
} from '../../../src/outgoing/warn/warning.js';
import {goneOwner} from '../../../src/sys/proc/owners.js';
import {bareSighting, connection, sightingOf} from '../samples.js';

const warning: Warning = {sighting: sightingOf(), remoteName: 'mx.example.net', times: 3};

describe('the facts', () => {
  test('in the line for the log', () => {
    expect(warningText(warning)).toBe(
      'SMTP to 203.0.113.9:25 (mx.example.net) by /usr/bin/perl (script /tmp/x.pl), pid 4711, user www-data; in /tmp; started by /usr/sbin/apache2 (4700) < /usr/lib/systemd/systemd (1); unit apache2.service; it holds the socket; 3 connections since the last warning',
    );
  });

  test('in the lines for a window', () => {
    expect(warningBody(warning)).toEqual([
      '/usr/bin/perl (script /tmp/x.pl), pid 4711, user www-data',
      'to 203.0.113.9:25 (mx.example.net)',
      'started by /usr/sbin/apache2 (4700) < /usr/lib/systemd/systemd (1)',
      'in /tmp, unit apache2.service',
      'command line: perl /tmp/x.pl --to=everybody',
      'it holds the socket; 3 connections since the last warning',
    ]);
  });

  test('in the JSON, under the names that docs/warnings.md has', () => {
    const {text, ...fields} = JSON.parse(warningJson(warning, 'relay')) as Record<string, unknown>;
    expect(text).toBe(warningText(warning));
    expect(fields).toEqual({
      version: 1,
      time: '2026-01-02T03:04:06.000Z',
      host: 'relay',
      sureness: 'certain',
      times: 3,
      remote: {address: '203.0.113.9', port: 25, name: 'mx.example.net'},
      local: {address: '192.0.2.1', port: 40_000},
      uid: 33,
      process: {
        pid: 4711,
        started: '2026-01-02T03:04:05.000Z',
        uid: 33,
        user: 'www-data',
        program: '/usr/bin/perl',
        command: 'perl',
        command_line: ['perl', '/tmp/x.pl', '--to=everybody'],
        directory: '/tmp',
        script: '/tmp/x.pl',
        parents: [
          {pid: 4700, program: '/usr/sbin/apache2'},
          {pid: 1, program: '/usr/lib/systemd/systemd'},
        ],
        unit: 'apache2.service',
      },
    });
  });

  test('a long path keeps its end in the text, and is whole in the JSON', () => {
    const script = `/srv/${'customers/'.repeat(100)}x.pl`;
    const long = {sighting: sightingOf({script}), times: 1};
    expect(warningText(long)).toMatch(/ \(script \/srv\/customers\/.*\.\.\.\/x\.pl\), pid /);
    expect(JSON.parse(warningJson(long, 'r'))).toHaveProperty('process.script', script);
  });

  test('docs/warnings.md describes each field of it', () => {
    const page = readFileSync(new URL('../../../docs/warnings.md', import.meta.url), 'utf8');
    const section = page.slice(page.indexOf('\n## The JSON\n'));
    const names = new Set<string>();
    JSON.parse(warningJson(warning, 'relay'), (name, value: unknown) => {
      if (!/^\d*$/.test(name)) names.add(name);
      return value;
    });
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) expect(section).toContain(`\`${name}\``);
  });

  test('of which little is known', () => {
    const little: Warning = {sighting: bareSighting, times: 1};
    expect(warningText(little)).toBe(
      'SMTP to 203.0.113.9:25 by a program of user 33; only the user is known',
    );
    expect(warningTitle(little)).toBe('a program speaks SMTP to 203.0.113.9:25');
    expect(JSON.parse(warningJson(little, 'relay'))).not.toHaveProperty('process');
    const gone = sightingOf(
      {executable: '', commandLine: [], directory: '', script: '', parents: [], startedMs: 0},
      'gone',
    );
    expect(warningText({sighting: gone, times: 1})).toContain('by perl, pid 4711');
    expect(JSON.parse(warningJson({sighting: gone, times: 1}, 'r'))).not.toHaveProperty(
      'process.started',
    );
  });

  test('of which nothing is known, not even by a number that stands for nobody', () => {
    const left = {...connection, inode: '0', uid: 0};
    const unknown = {...bareSighting, connection: left, sureness: 'unknown'} as const;
    expect(warningText({sighting: unknown, times: 1})).toBe(
      'SMTP to 203.0.113.9:25 by an unknown program, user not known; who it is is not known',
    );
    expect(JSON.parse(warningJson({sighting: unknown, times: 1}, 'r'))).not.toHaveProperty('uid');
  });

  test('of a program that is gone: the facts of the kernel, and no more', () => {
    const sighting: Sighting = {
      ...bareSighting,
      sureness: 'gone',
      connection: {...connection, local: parseAddress('0.0.0.0')!, localPort: 0, uid: -1},
      owner: goneOwner(4711, '', bareSighting.atMs),
    };
    expect(warningText({sighting, times: 1})).toBe(
      'SMTP to 203.0.113.9:25 by an unknown program, pid 4711, user not known; it has ended already',
    );
    const {text, ...fields} = JSON.parse(warningJson({sighting, times: 1}, 'r')) as {text: string};
    expect(text).toContain('user not known');
    expect(fields).toEqual({
      ...{version: 1, time: '2026-01-02T03:04:06.000Z', host: 'r', sureness: 'gone', times: 1},
      remote: {address: '203.0.113.9', port: 25},
      process: {pid: 4711},
    });
  });

  test.each([
    ['container', 'container web'],
    ['session', 'session web'],
  ] as const)('names a %s', (kind, text) => {
    const sighting = sightingOf({home: {kind, name: 'web'}});
    expect(warningText({sighting, times: 1})).toContain(text);
    expect(JSON.parse(warningJson({sighting, times: 1}, 'r'))).toHaveProperty(
      `process.${kind}`,
      'web',
    );
  });
});

describe('a name that looks like more than a name', () => {
  const play = '/tmp/x; unit ssh.service; it holds the socket';
  test.each<[string, Partial<Owner>, string]>([
    ['directory', {directory: play}, `; in "${play}"; started`],
    ['script', {script: play}, ` (script "${play}"), pid 4711`],
    ['program', {executable: `${play} (deleted)`}, ` by "${play}" (deleted) (script `],
    ['program of which the path is not known', {executable: '', command: play}, ` by "${play}" (`],
    ['user', {user: 'x, pid 1'}, ', user "x, pid 1"; '],
    ['unit', {home: {kind: 'unit', name: 'a; it holds'}}, '; unit "a; it holds"; '],
    [
      'parent',
      {parents: [{pid: 7, startTicks: 1, program: '/a (1) < /usr/sbin/sshd'}]},
      '; started by "/a (1) < /usr/sbin/sshd" (7); ',
    ],
  ])('%s', (_, changed, shown) => {
    expect(warningText({sighting: sightingOf(changed), times: 1})).toContain(shown);
  });

  test('the DNS of others', () => {
    const named: Warning = {sighting: sightingOf({executable: play}), remoteName: 'a) b', times: 1};
    expect(warningText(named)).toContain('("a) b") by');
    expect(warningBody(named)[0]).toContain(`"${play}" (script`);
  });
});

describe('hostile', () => {
  const nasty = '\n\u001b[2J\u0000\u202e<b onclick="x">&lt;\\074 \r\nBcc: a@example.org ';
  const long = nasty.repeat(4096 / nasty.length + 1);
  const changed: Partial<Owner> = {
    executable: `/${long}`,
    command: long,
    commandLine: Array.from({length: 500}, () => long),
    directory: `/${long}`,
    script: long,
    user: long,
    parents: Array.from({length: 100}, (_, at) => ({pid: at, startTicks: 1, program: long})),
    home: {kind: 'container', name: long},
  };
  const hostile: Warning = {
    sighting: sightingOf(changed),
    remoteName: long,
    times: 1e9,
  };
  const printableOnly = /^[\x20-\x7e]*$/;

  test('text is one printable line, and bounded', () => {
    for (const line of [
      warningText(hostile),
      warningTitle(hostile),
      ...warningBody(hostile),
      warningJson(hostile, long),
    ]) {
      expect(line).toMatch(printableOnly);
    }
    expect(warningText(hostile).length).toBeLessThan(3000);
    expect(warningTitle(hostile).length).toBeLessThan(300);
    expect(warningBody(hostile).join('\n').length).toBeLessThan(3500);
    // Less than a pipe holds: a command that reads nothing must not block the daemon.
    expect(warningJson(hostile, long).length).toBeLessThan(65_536);
  });

  test('the JSON is no longer than a pipe holds where each character is written as two', () => {
    const quotes = '"'.repeat(5000);
    const doubled: Partial<Owner> = {
      ...{executable: quotes, command: quotes, directory: quotes, script: quotes, user: quotes},
      commandLine: Array.from({length: 500}, () => quotes),
      parents: Array.from({length: 100}, (_, at) => ({pid: at, startTicks: 1, program: quotes})),
      home: {kind: 'container', name: quotes},
    };
    const worst = {sighting: sightingOf(doubled), remoteName: quotes, times: 1e9};
    expect(warningJson(worst, quotes).length).toBeLessThan(65_536);
  });

  test('no control character is left in the values of the JSON', () => {
    const values: string[] = [];
    JSON.parse(warningJson(hostile, long), (_, value: unknown) => {
      if (typeof value === 'string') values.push(value);
      return value;
    });
    expect(values.length).toBeGreaterThan(10);
    for (const value of values) expect(value).toMatch(printableOnly);
    const {process} = JSON.parse(warningJson(hostile, long)) as {process: {parents: unknown[]}};
    expect(process.parents).toHaveLength(mostParents);
  });

  test('markup means nothing in a window', () => {
    const markup = markupText(warningBody(hostile));
    expect(markup).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
    expect(markupText(['a <b>&lt;', 'c'])).toBe('a &lt;b&gt;&amp;lt;\nc');
  });
});

test('an IPv6 endpoint is in brackets', () => {
  const remote = {...connection.remote, family: 6 as const, text: '2001:db8::7'};
  const sighting = {...sightingOf(), connection: {...connection, remote}};
  expect(warningText({sighting, times: 1})).toContain('SMTP to [2001:db8::7]:25 by ');
});

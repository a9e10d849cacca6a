/** Deliveries of a warning up to their receivers: the port of a mailer, a program, a web server. */
import {afterEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {join} from 'node:path';
import {Warner, type WarnerSettings} from '../../../../src/outgoing/warn/live/warner.js';
import {type Warning, warningJson, warningText} from '../../../../src/outgoing/warn/warning.js';
import {hostName} from '../../../../src/sys/run/machine.js';
import {sightingOf} from '../../samples.js';
import {tempDirs, until} from '../../../support/temp.js';

const newDir = tempDirs();
const opened: (net.Server | Warner)[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) {
    if (each instanceof Warner) await each.stop();
    else each.close();
  }
});

const nowhere: WarnerSettings = {warnMail: '', warnCommand: '', warnWebhook: '', warnUser: ''};
const nasty = '/tmp/\r\nBcc: victim@example.org\r\n.\r\nQUIT\r\n<b>';
const warning: Warning = {sighting: sightingOf({executable: nasty}), times: 1};

function warner(settings: Partial<WarnerSettings>, mailPort = 1): {one: Warner; said: string[]} {
  const said: string[] = [];
  const one = new Warner(
    {...nowhere, ...settings},
    {
      say: (level, message) => said.push(`${level} ${message}`),
      onAllow: () => undefined,
      mayBeEnded: () => true,
      end: () => Promise.resolve(),
    },
    {mailPort, runtimeFolder: '/nonexistent'},
  );
  opened.push(one);
  return {one, said};
}

async function listen(server: net.Server): Promise<number> {
  opened.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

test('with no way it is in the log, and nothing else happens', async () => {
  const {one, said} = warner({});
  one.warn(warning);
  await one.stop();
  expect(said).toEqual([`warning ${warningText(warning)}`]);
});

describe('by mail', () => {
  /** Starts a simple mailer. @returns its port, and the lines that it gets */
  async function mailer(answerTo: (line: string) => string): Promise<[number, string[]]> {
    const told: string[] = [];
    const server = net.createServer((socket) => {
      let text = '';
      let state: 'commands' | 'data' = 'commands';
      socket.on('error', () => undefined);
      socket.write('220 relay ESMTP\r\n');
      socket.on('data', (data) => {
        text += data.toString();
        for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
          const line = text.slice(0, end);
          text = text.slice(end + 2);
          told.push(line);
          if (state === 'data' && line !== '.') continue;
          state = line === 'DATA' ? 'data' : 'commands';
          socket.write(`${line === 'DATA' ? '354 go on' : answerTo(line)}\r\n`);
        }
      });
    });
    return [await listen(server), told];
  }

  test('one letter to one recipient, whatever stands in the paths', async () => {
    const [port, told] = await mailer(() => '250 ok');
    const {one, said} = warner({warnMail: 'root'}, port);
    one.warn(warning);
    await until('the mail', () => told.includes('.'));
    await one.stop();
    const name = hostName();
    expect(told.filter((line) => /^(?:EHLO|MAIL|RCPT)/.test(line))).toEqual([
      `EHLO ${name}`,
      `MAIL FROM:<blocksmtp@${name}>`,
      'RCPT TO:<root>',
    ]);
    const letter = told.slice(told.indexOf('DATA') + 1, told.indexOf('.'));
    const headers = letter.slice(0, letter.indexOf(''));
    expect(headers).toContain(`From: blocksmtp <blocksmtp@${name}>`);
    expect(headers).toContain('To: <root>');
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers.filter((line) => /^bcc/i.test(line))).toEqual([]);
    expect(headers.join('')).toMatch(/Subject: .*speaks SMTP to/);
    expect(told.filter((line) => line === 'QUIT').length).toBeLessThanOrEqual(1);
    expect(letter.join('\n')).toContain('to 203.0.113.9:25');
    expect(said).toHaveLength(1);
  });

  test('a mailer that refuses is logged once', async () => {
    const [port, told] = await mailer((line) => (line.startsWith('RCPT') ? '550 no' : '250 ok'));
    const {one, said} = warner({warnMail: 'root@example.org'}, port);
    one.warn(warning);
    one.warn(warning);
    await until('two', () => told.filter((line) => line.startsWith('RCPT')).length === 2);
    await until('the words', () => said.length > 2);
    await one.stop();
    const complaints = said.filter((line) => line.startsWith('error'));
    expect(complaints).toEqual([expect.stringMatching(/warnings by mail: .*550 no/)]);
  });

  test('a missing mailer is logged, and a silent one delays nothing', async () => {
    const {one, said} = warner({warnMail: 'root'});
    one.warn(warning);
    await until('the words', () => said.some((line) => /by mail: .*ECONNREFUSED/.test(line)));
    const silent = net.createServer((socket) => socket.on('error', () => undefined));
    let connections = 0;
    silent.on('connection', () => (connections += 1));
    const second = warner({warnMail: 'root'}, await listen(silent));
    second.one.warn(warning);
    await until('the connection', () => connections === 1);
    await second.one.stop();
    expect(second.said).toHaveLength(1);
  });
});

describe('to a command', () => {
  function script(text: string): string {
    const path = join(newDir(), 'command');
    fs.writeFileSync(path, `#!/bin/sh\n${text}\n`, {mode: 0o755});
    return path;
  }

  test('which reads it as JSON, and is not waited for by whatever it leaves behind', async () => {
    const out = join(newDir(), 'out');
    const {one} = warner({
      warnCommand: script(`cat > ${out}.new; mv ${out}.new ${out}; sleep 60 &`),
    });
    one.warn(warning);
    await until('the file', () => fs.existsSync(out));
    const before = performance.now();
    await one.stop();
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(fs.readFileSync(out, 'utf8')).toBe(`${warningJson(warning, hostName())}\n`);
  });

  test.each([
    ['fails', () => script('exit 3'), /by command: .*exit code 3/],
    ['is not there', () => '/nonexistent/command', /by command: .*ENOENT/],
  ])('that %s is reported once', async (_, make, why) => {
    const {one, said} = warner({warnCommand: make()});
    for (let count = 0; count < 3; count++) one.warn(warning);
    await until('the words', () => said.some((line) => why.test(line)));
    await one.stop();
    expect(said.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  test('that reads nothing is well', async () => {
    const mark = join(newDir(), 'mark');
    const {one, said} = warner({warnCommand: script(`: > ${mark}`)});
    one.warn(warning);
    await until('the mark', () => fs.existsSync(mark));
    await one.stop();
    expect(said).toHaveLength(1);
  });
});

describe('to a webhook', () => {
  interface Asked {
    readonly method: string | undefined;
    readonly type: string | undefined;
    readonly path: string | undefined;
    readonly body: string;
  }

  async function web(status: number, headers: http.OutgoingHttpHeaders = {}) {
    const asked: Asked[] = [];
    const server = http.createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        const {method, url: path} = request;
        asked.push({method, type: request.headers['content-type'], path, body});
        response.writeHead(status, headers).end('whatever');
      });
    });
    const port = await listen(server);
    return {asked, url: `http://127.0.0.1:${port}/hook?token=secret`};
  }

  test('which has it as JSON', async () => {
    const {asked, url} = await web(204);
    const {one, said} = warner({warnWebhook: url});
    one.warn(warning);
    await until('the request', () => asked.length === 1);
    await one.stop();
    const body = warningJson(warning, hostName());
    expect(asked).toEqual([
      {method: 'POST', type: 'application/json', path: '/hook?token=secret', body},
    ]);
    expect(said).toHaveLength(1);
  });

  test('follows no redirect, logs a failure once, and not the secret', async () => {
    const other = await web(204);
    const {asked, url} = await web(307, {location: other.url});
    const {one, said} = warner({warnWebhook: url});
    for (let count = 0; count < 3; count++) one.warn(warning);
    await until('the requests', () => asked.length === 3);
    await until('the words', () => said.length === 4);
    await one.stop();
    expect(other.asked).toEqual([]);
    expect(said.filter((line) => line.startsWith('error'))).toEqual([
      'error warnings by webhook: the answer was 307; blocksmtp says this once',
    ]);
  });

  test.each([
    ['http://127.0.0.1:1/secret', /ECONNREFUSED|the URL cannot be used|bad port/],
    ['http://secret:word@127.0.0.1/', /the URL cannot be used/],
    ['http://[secret/', /that is no URL/],
  ])('%s is logged without its secret', async (url, why) => {
    const {one, said} = warner({warnWebhook: url});
    one.warn(warning);
    await until('the words', () => said.length === 2);
    expect(said[1]).toMatch(why);
    expect(said[1]).not.toContain('secret');
  });

  test('a server that never answers holds nobody up', async () => {
    let connections = 0;
    const silent = net.createServer((socket) => socket.on('error', () => undefined));
    silent.on('connection', () => (connections += 1));
    const {one, said} = warner({warnWebhook: `http://127.0.0.1:${await listen(silent)}/`});
    one.warn(warning);
    await until('the connection', () => connections === 1);
    await one.stop();
    expect(said).toHaveLength(1);
  });
});

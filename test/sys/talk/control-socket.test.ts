/** The control socket against clients that are in a hurry, rude or gone. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import net from 'node:net';
import {dirname, join} from 'node:path';
import {
  askControl,
  type ControlServer,
  mostConnections,
  serveControl,
} from '../../../src/sys/talk/control-socket.js';
import {bundle, startScript} from '../../support/child.js';
import {openDescriptors, sleep, tempDirs, until} from '../../support/temp.js';

const newDir = tempDirs();
let path = '';
let server: ControlServer | undefined;
const asked: unknown[] = [];

async function serve(
  answer: (request: unknown) => Promise<unknown> = (request) => Promise.resolve({request}),
): Promise<void> {
  server = await serveControl(path, (request) => {
    asked.push(request);
    return answer(request);
  });
}

beforeEach(() => {
  path = join(newDir(), 'run', 'control.sock');
  asked.length = 0;
});
afterEach(() => {
  server?.close();
  server = undefined;
});

/** Sends the bytes and gives what comes back until the connection ends, or the time does. */
async function raw(bytes: Buffer | string, mostMs = 1000): Promise<string> {
  const connection = net.createConnection(path);
  let text = '';
  let ended = false;
  connection.on('data', (chunk) => (text += chunk.toString()));
  connection.on('close', () => (ended = true)).on('error', () => (ended = true));
  connection.write(bytes);
  await until('the end', () => ended, mostMs).catch(() => (text += '(open)'));
  connection.destroy();
  return text;
}

test('a removed file shuts the socket, and the server says so', async () => {
  await serve();
  expect(server?.isThere()).toBe(true);
  fs.rmSync(path);
  expect(server?.isThere()).toBe(false);
});

test('a file of another program in its place is not our socket, and neither is a path without a folder', async () => {
  await serve();
  fs.renameSync(path, `${path}.away`);
  fs.writeFileSync(path, '');
  expect(server?.isThere()).toBe(false);
  fs.rmSync(path);
  fs.renameSync(`${path}.away`, path);
  expect(server?.isThere()).toBe(true);
  const folder = dirname(path);
  fs.renameSync(folder, `${folder}.away`);
  fs.writeFileSync(folder, '');
  expect(server?.isThere()).toBe(false);
  fs.rmSync(folder);
  fs.renameSync(`${folder}.away`, folder);
});

test('clients that go without a word leave their places', async () => {
  await serve();
  const ends = Array.from({length: 40}, () => {
    const client = net.createConnection(path);
    client.on('error', () => undefined);
    client.end();
    return new Promise((resolve) => client.on('close', resolve));
  });
  await Promise.all(ends);
  expect(await askControl(path, {command: 'list'})).toMatchObject({kind: 'answer'});
});

test('only its owner may use the file; other files of the moment have the rights that they should', async () => {
  const mask = process.umask(0o022);
  try {
    const serving = serve();
    const other = join(newDir(), 'other');
    fs.writeFileSync(other, '');
    await serving;
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.statSync(other).mode & 0o777).toBe(0o644);
  } finally {
    process.umask(mask);
  }
});

describe('one request', () => {
  test('is answered', async () => {
    await serve();
    const request = {command: 'list', text: 'ä\ud83d\ude00'};
    expect(await askControl(path, request)).toEqual({kind: 'answer', answer: {request}});
  });

  test('may come in pieces', async () => {
    await serve();
    const connection = net.createConnection(path);
    for (const piece of ['{"a":', '1', '}', '\n']) {
      connection.write(piece);
      await sleep(10);
    }
    await until('asked', () => asked.length > 0);
    connection.destroy();
    expect(asked).toEqual([{a: 1}]);
  });

  test('a large answer comes whole', async () => {
    await serve(() => Promise.resolve('y'.repeat(5e6)));
    const result = await askControl(path, {});
    expect(result.kind === 'answer' && String(result.answer).length).toBe(5e6);
  });

  test('garbage is given as no JSON', async () => {
    await serve();
    for (const bytes of ['\n', 'garbage\n', Buffer.from([0xff, 0, 0xfe, 10]), '{"a":\n']) {
      await raw(bytes);
    }
    expect(asked).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('of more than 128 KiB is not answered, with or without its newline', async () => {
    await serve();
    expect(await raw('x'.repeat(200_000))).toBe('');
    expect(await raw(`"${'x'.repeat(140_000)}"\n`)).toBe('');
    expect(asked).toEqual([]);
    expect((await askControl(path, {})).kind).toBe('answer');
  });

  test('an answer that fails closes the connection, and the next is answered', async () => {
    let calls = 0;
    await serve(() => (calls++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve(1)));
    expect(await askControl(path, {})).toMatchObject({kind: 'failed'});
    expect(await askControl(path, {})).toEqual({kind: 'answer', answer: 1});
  });
});

describe('connections', () => {
  test('many at once are all answered, or refused', async () => {
    await serve(async (request) => {
      await sleep(5);
      return request;
    });
    const results = await Promise.all(Array.from({length: 60}, (_, i) => askControl(path, i)));
    expect(results.filter(({kind}) => kind === 'answer').length).toBeGreaterThanOrEqual(16);
    expect(new Set(results.map(({kind}) => kind))).not.toContain('noDaemon');
    expect(await askControl(path, 'after')).toMatchObject({kind: 'answer'});
  });

  test('clients that stay after their answer do not keep others out', async () => {
    await serve();
    const stayers = Array.from({length: 20}, () =>
      net.createConnection({path, allowHalfOpen: true}).on('error', () => undefined),
    );
    for (const stayer of stayers) stayer.write('1\n');
    await until('answered', () => asked.length >= 16);
    await sleep(100);
    const result = await askControl(path, 'after');
    for (const stayer of stayers) stayer.destroy();
    expect(result.kind).toBe('answer');
  });

  const half = {allowHalfOpen: true};
  test.each<[string, (client: net.Socket) => void, string]>([
    ['say nothing', () => undefined, 'x'],
    ['say nothing and close their half', (client) => client.end(), 'x'],
    ['say half a line', (client) => client.write('{"command'), 'x'],
    ['say half a line and close their half', (client) => client.end('{"command'), 'x'],
    ['do not read a long answer', (client) => client.pause().end('1\n'), 'x'.repeat(5e6)],
  ])('clients that %s do not keep others out', async (_, does, answer) => {
    await serve(() => Promise.resolve(answer));
    const clients = Array.from({length: 3 * mostConnections}, () => {
      const client = net.createConnection({path, ...half}).on('error', () => undefined);
      does(client);
      return client;
    });
    await sleep(200);
    const results = [await askControl(path, 'after'), await askControl(path, 'again')];
    for (const client of clients) client.destroy();
    expect(results.map(({kind}) => kind)).toEqual(['answer', 'answer']);
  });

  test('a client that goes before its answer harms nobody', async () => {
    await serve(async () => {
      await sleep(50);
      return 'z'.repeat(1e6);
    });
    const connection = net.createConnection(path).on('error', () => undefined);
    connection.write('1\n');
    await until('asked', () => asked.length > 0);
    connection.destroy();
    await sleep(100);
    expect((await askControl(path, {})).kind).toBe('answer');
  });

  test('a hundred leave no descriptor behind', async () => {
    await serve();
    await askControl(path, {});
    const before = openDescriptors().length;
    for (let i = 0; i < 100; i++) await askControl(path, {});
    await until('closed', () => openDescriptors().length <= before + 1);
  });

  test('the server goes in mid-answer: reported, at once', async () => {
    const folder = newDir();
    const script = bundle(
      folder,
      `import {serveControl} from './src/sys/talk/control-socket.js';
       await serveControl(process.argv[2], () => new Promise(() => undefined));
       console.log('ready');`,
    );
    const child = startScript(script, [path]);
    await until('ready', () => child.output().includes('ready'));
    const answer = askControl(path, {});
    await sleep(100);
    child.process.kill('SIGKILL');
    expect(await answer).toMatchObject({kind: 'failed'});
    await child.ended;
    expect(await askControl(path, {})).toEqual({kind: 'noDaemon', file: 'dead'});
    await serve();
    expect((await askControl(path, {})).kind).toBe('answer');
  });

  test('an idle or a lingering client does not keep the daemon from ending', async () => {
    const folder = newDir();
    const script = bundle(
      folder,
      `import {serveControl} from './src/sys/talk/control-socket.js';
       const server = await serveControl(process.argv[2], () => Promise.resolve(1));
       process.on('SIGTERM', () => server.close());
       console.log('ready');`,
    );
    const child = startScript(script, [path]);
    await until('ready', () => child.output().includes('ready'));
    const idle = net.createConnection(path).on('error', () => undefined);
    const lingering = net.createConnection({path, allowHalfOpen: true});
    lingering.on('error', () => undefined).write('1\n');
    await sleep(100);
    child.process.kill('SIGTERM');
    const ended = await Promise.race([child.ended, sleep(2000)]);
    idle.destroy();
    lingering.destroy();
    child.process.kill('SIGKILL');
    await child.ended;
    expect(ended).toBe(0);
  });
});

describe('the file', () => {
  test('is for its owner only, and goes with the server', async () => {
    const mask = process.umask(0);
    try {
      await serve();
      expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(mask);
    }
    server?.close();
    expect(fs.existsSync(path)).toBe(false);
    expect(await askControl(path, {})).toEqual({kind: 'noDaemon', file: 'none'});
  });

  test('of a daemon that was killed is in nobody’s way', async () => {
    const folder = newDir();
    path = join(folder, 'control.sock');
    const script = `const net = require('net');
      net.createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'));`;
    const file = join(folder, 'stale.cjs');
    fs.writeFileSync(file, script);
    await startScript(file).ended;
    expect(fs.existsSync(path)).toBe(true);
    expect(await askControl(path, {})).toEqual({kind: 'noDaemon', file: 'dead'});
    await serve();
    expect((await askControl(path, {})).kind).toBe('answer');
  });

  test('that is no socket is not removed: another program owns it', async () => {
    path = join(newDir(), 'precious');
    fs.writeFileSync(path, 'precious');
    await serve().catch(() => undefined);
    expect(fs.statSync(path).isFile() && fs.readFileSync(path, 'utf8')).toBe('precious');
  });

  test('that cannot be made is an error, also when its path is too long for a socket', async () => {
    const folder = newDir();
    fs.writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'control.sock');
    await expect(serve()).rejects.toThrow();
    path = join(folder, 'x'.repeat(150), 'control.sock');
    await expect(serve()).rejects.toThrow();
  });
});

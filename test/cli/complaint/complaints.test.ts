/** The commands about complaints where no daemon runs, and with files that cannot be read. */
import {afterAll, beforeEach, describe, expect, test} from '@jest/globals';
import fs from 'node:fs';
import {chmod} from 'node:fs/promises';
import {whereAvailable} from '../../support/where-available.js';
import {blocksmtp, complaints, type Ended, temporary} from '../built.js';

const files = temporary();
afterAll(() => files.remove());
const settings = `complaints = "ask"
complaint_from = "security@example.org"
state_dir = "${files.path('state')}"
control_socket = "${files.path('socket')}"
`;
const own = [`--config=${files.write('settings.toml', settings)}`];
const ask = (...words: readonly string[]): Ended => blocksmtp([...words, ...own]);
/** As a user with no rights here. */
const asNobody = (...words: readonly string[]): Ended =>
  blocksmtp([...words, ...own], (program, all) => [
    ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program, ...all],
  ]);

beforeEach(() => fs.rmSync(files.path('state'), {recursive: true, force: true}));

describe('without a daemon', () => {
  test.each([
    [['never', '192.0.2.0/24'], 'nobody complains of 192.0.2.0/24'],
    [['forget', 'abuse@example.net'], 'nobody complains to abuse@example.net'],
  ])('complaints %j: it is saved, and the daemon finds it', (words, said) => {
    expect(ask('complaints', ...words)).toEqual({
      code: 0,
      stdout: `${said} any more\n`,
      stderr: '',
    });
    // The state is read anew.
    const again = ask('complaints', ...words);
    expect([again.code, complaints(again)]).toEqual([1, [`${said} already`]]);
  });

  test('in a dry run nothing is saved, and the command says so', () => {
    const dry = `--config=${files.write('dry.toml', `${settings}dry_run = true\n`)}`;
    const ended = blocksmtp(['complaints', 'never', '192.0.2.0/24', dry]);
    expect([ended.code, complaints(ended)]).toEqual([1, ['dry_run is set: nothing is saved']]);
    expect(fs.existsSync(files.path('state'))).toBe(false);
  });

  test('a command that needs the daemon is not available', () => {
    const ended = ask('complain', '--send');
    expect([ended.code, complaints(ended)]).toEqual([
      ...[69, ['no daemon runs: it notes what is due, and sends it']],
    ]);
  });
});

describe('files', () => {
  test.each([['headers'], ['message']])('complain %s: none of this name', (word) => {
    const ended = ask('complain', word, files.path('none.eml'));
    const why = `${files.path('none.eml')}: no such file`;
    expect([ended.code, complaints(ended)]).toEqual([69, [why]]);
  });
});

whereAvailable({root: true, tools: ['setpriv']})(
  'without rights the commands say what to do',
  async () => {
    await chmod(files.path('.'), 0o755);
    const mail = files.write('mail.eml', 'Subject: x\n\n');
    fs.chmodSync(mail, 0o600);
    const headers = asNobody('complain', 'headers', mail);
    expect([headers.code, complaints(headers)]).toEqual([69, [`${mail}: permission denied`]]);
    ask('complaints', 'never', '192.0.2.0/24');
    for (const words of [[], ['never', '198.51.100.0/24']]) {
      const ended = asNobody('complaints', ...words);
      expect([ended.code, complaints(ended)[0]]).toEqual([
        ...[69, expect.stringMatching(/^permission denied: run it as root/)],
      ]);
    }
  },
);

/** The table of commands, and that the program has a command for each row and no other. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import {nameOf} from '../../src/cli/rows/command-row.js';
import {commands} from '../../src/cli/command-table.js';
import {noProgress} from '../../src/cli/face/progress.js';
import {makeProgram} from '../../src/cli/program.js';
import {requests} from '../../src/control/protocol.js';

const program = makeProgram({
  version: '1',
  signals: {onStop: () => undefined, onReload: () => undefined},
  output: {print: () => undefined, complain: () => undefined, progress: noProgress},
  finish: () => undefined,
});
const names = commands.map(nameOf);

test('the program has them all, in their order, each once', () => {
  expect(program.commands.map((command) => command.name())).toEqual(names);
  expect(new Set(names).size).toBe(names.length);
});

test('each request has its command', () => {
  // `list --greeting` asks for who waits; the gate greets; `contact` has the daemon search.
  const others = [
    'waiting',
    'greet',
    'accuse',
    'complaintForget',
    'complaintNever',
    'complaintAnswer',
    'complaintContact',
  ];
  const own = Object.keys(requests).filter((name) => !others.includes(name));
  expect(names).toEqual(expect.arrayContaining(own));
});

test('each has --json, but those that list nothing', () => {
  const without = commands.filter(
    ({options = []}) => !options.some(({flags}) => flags === '--json'),
  );
  // Processes that run on, and texts that are to be put into files.
  expect(without.map(nameOf)).toEqual(['run', 'greeting', 'gate', 'greet', 'sample-config']);
});

test.each(commands)('$words: its meaning is sentences; its options are those of its row', (row) => {
  const made = program.commands.find((command) => command.name() === nameOf(row));
  expect(row.meaning).toMatch(/^[A-Z].*\.$/);
  const flags = made?.options.map((option) => option.flags) ?? [];
  const own = (row.options ?? []).map((option) => option.flags);
  expect(flags).toEqual(expect.arrayContaining(own));
  if (row.settings === 'none') expect(flags).toEqual(own);
  else expect(flags[0]).toBe('--config <PATH>');
});

test('doctor and status advise no command without its operand', () => {
  const needing = commands.filter(({words}) => words.includes('<')).map(nameOf);
  const folders = ['src/report', 'src/report/findings', 'src/report/greeting'];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const lacking = files.flatMap((file) =>
    needing.flatMap((name) => {
      const found = readFileSync(file, 'utf8').match(
        new RegExp(`blocksmtp ${name}(?![a-z-])(?! [\\w$])`, 'g'),
      );
      return found?.map((call) => `${file}: ${call}`) ?? [];
    }),
  );
  expect(lacking).toEqual([]);
});

test('the commands that status, doctor and why advise can be typed as they stand, with every operand', () => {
  const needy = commands.filter(({words}) => words.includes('<')).map(nameOf);
  expect(needy).toContain('check');
  const files = readdirSync('src/report', {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/report/${file}`);
  const bare = files.flatMap((file) => {
    const sent = readFileSync(file, 'utf8').matchAll(
      /blocksmtp ([a-z-]+)( advise| [A-Z$\d][^`'";,)\n]*)?/g,
    );
    return [...sent].flatMap(([whole, name = '', operand]) =>
      needy.includes(name) && operand === undefined ? [`${file}: ${whole}`] : [],
    );
  });
  expect(bare).toEqual([]);
});

/**
 * Writes the sample configuration: every setting with its meaning, limits and default, commented out.
 */
import type {Kind} from './kinds/kind.js';
import {keyOf, settingNames, settings} from './schema.js';

/** The width to which comments are wrapped. Characters. */
const width = 96;

export function sampleConfig(): string {
  const head = [
    '# Configuration of blocksmtp. Every setting is shown with its default, switched off by `#`.',
    '# Flags of the same name win: `threshold` is `--threshold`, `block_time` is `--block-time`.',
    '# The daemon reads this file at its start and on SIGHUP; made by `blocksmtp sample-config`.',
  ];
  const blocks = settingNames.map((name) => {
    const {kind, standard, meaning} = settings[name];
    const comment = wrapped(`${meaning} Expected: ${kind.bounds}.`);
    // The default and the kind belong to the same setting; the union type of all settings hides that.
    return [...comment, `#${keyOf(name)} = ${(kind as Kind<unknown>).write(standard)}`];
  });
  return `${[head, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 3 > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `# ${line}`);
}

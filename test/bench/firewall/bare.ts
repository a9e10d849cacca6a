/**
 * The least that the same change can cost: one call of the tool, which reads a file with the shortest commands
 * for it, made beforehand. For a tree the file is the batch that we ourselves sent.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, openSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Call} from '../../../src/firewall/backend.js';
import type {Family} from '../../../src/net/address.js';
import type {Subject} from './subjects.js';

export type Batch = {words: readonly string[]; text: string};
export type Change = 'add' | 'remove';

const CHAIN = 'SPAM_UNAME_GUESSERS';
const SECONDS = 3600;
const port25 = '-p tcp -m tcp --dport 25';

/** @param sent the batch that we ourselves sent for the change */
export function bareBatch(
  subject: Subject,
  family: Family,
  change: Change,
  networks: readonly string[],
  sent: readonly Call[],
): Batch {
  const isAdd = change === 'add';
  const inet = family === 4 ? 'ip' : 'ip6';
  switch (subject) {
    case 'iptables flat': {
      const lines = networks.map(
        (network) => `-${isAdd ? 'A' : 'D'} ${CHAIN} -s ${network} ${port25} -j DROP`,
      );
      const text = ['*filter', ...lines, 'COMMIT', ''].join('\n');
      return {words: [`${inet}tables-restore`, '--noflush'], text};
    }
    case 'iptables tree': {
      const [call, ...others] = sent;
      if (call === undefined || others.length > 0) throw new Error('expected one call');
      return {words: [call.program, ...call.parameters], text: call.input};
    }
    case 'ipset': {
      const words = (network: string): string =>
        isAdd
          ? `add ${CHAIN}-${family} ${network} timeout ${SECONDS}\n`
          : `del ${CHAIN}-${family} ${network}\n`;
      return {words: ['ipset', 'restore'], text: networks.map(words).join('')};
    }
    case 'nftables': {
      const elements = isAdd
        ? networks.map((network) => `${network} timeout ${SECONDS}s`)
        : networks;
      const verb = isAdd ? 'add' : 'delete';
      const text = `${verb} element ${inet} blocksmtp-${CHAIN} hosts { ${elements.join(', ')} }\n`;
      return {words: ['nft', '-f', '-'], text};
    }
  }
}

/** @returns ms */
export async function timeBatch(dir: string, {words, text}: Batch): Promise<number> {
  const path = join(dir, 'batch');
  writeFileSync(path, text);
  return timeCall(words, path);
}

/** @returns ms */
export async function timeCall(words: readonly string[], stdin = '/dev/null'): Promise<number> {
  const [program = '', ...parameters] = words;
  const input = openSync(stdin, 'r');
  try {
    const begun = performance.now();
    const child = spawn(program, parameters, {stdio: [input, 'ignore', 'inherit']});
    const [code] = (await once(child, 'exit')) as [number | null];
    const tookMs = performance.now() - begun;
    if (code !== 0) throw new Error(`${words.join(' ')}: exit code ${String(code)}`);
    return tookMs;
  } finally {
    closeSync(input);
  }
}

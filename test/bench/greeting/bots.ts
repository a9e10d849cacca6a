/** The share of bots that each mode stops, and whether it stops a mailer. Compared with postscreen with the same wait. */
import {join} from 'node:path';
import {execa} from 'execa';
import type {Client} from '../../system/lab/client.js';
import type {Daemon} from '../../system/lab/daemon.js';
import {Lab, RELAY} from '../../system/lab/lab.js';
import {root} from '../../system/lab/paths.js';
import {patienceMs, until} from '../../system/lab/until.js';
import {aim, heading, printTable, skip} from '../aims.js';
import {inWorkshop} from '../workshop.js';
import {noLimits} from './crowd.js';
import {type Bot, population} from './population.js';
import {startPostscreen} from './postscreen.js';

interface Played {
  readonly took: boolean;
  readonly heard: string;
  readonly left: boolean;
  readonly connected: boolean;
}

const seed = 20261;

/** Each bot has a network of its own, so that no limit per network helps. @param round a number for each mode */
const addressOf = (round: number, at: number): string =>
  `198.${18 + round}.${at % 250}.${1 + Math.floor(at / 250)}`;

async function play(client: Client, bots: readonly Bot[], round: number): Promise<Played[]> {
  const addresses = bots.map((_, at) => addressOf(round, at));
  await client.addAddresses(addresses);
  const input = `${JSON.stringify(bots.map((bot, at) => ({...bot, from: addresses[at], to: RELAY[4]})))}\n`;
  const words = [
    '-t',
    String(client.pid),
    '-n',
    process.execPath,
    join(root, 'test/bench/greeting/bot.mjs'),
  ];
  return JSON.parse((await execa('nsenter', words, {input})).stdout) as Played[];
}

function row(name: string, bots: readonly Bot[], played: readonly Played[]): string[] {
  const stopped = (...kinds: Bot['kind'][]): number => {
    const ours = played.filter((_, at) => kinds.includes(bots[at]!.kind));
    return ours.filter(({took}) => !took).length / ours.length;
  };
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const mailers = stopped('mailer');
  if (name !== 'off') aim(`greeting: ${name} stops no mailer`, mailers === 0);
  return [
    name,
    ...[stopped('speaks', 'gives up'), stopped('speaks'), stopped('gives up'), mailers].map(
      percent,
    ),
  ];
}

export async function bots({
  count,
  waits,
}: {
  count: number;
  waits: readonly number[];
}): Promise<void> {
  const all = population(count, seed);
  heading(
    'greeting: bots',
    `${count} made-up bots and ${all.length - count} mailers, one visit each; seed ${seed}`,
  );
  const rows = [['stopped', 'bots', 'that speak early', 'that give up', 'mailers']];
  try {
    await inWorkshop(async (dir) => {
      const lab = await Lab.start({id: 'bench-bots', clients: {crowd: 40}});
      await lab.reach('198.18.0.0/15');
      await lab.reach('198.20.0.0/14');
      const client = lab.client('crowd');
      rows.push(row('off', all, await play(client, all, 0)));
      let round = 1;
      for (const mode of [
        'observe',
        ...waits.flatMap((wait) => [`gate ${wait}`, `strict ${wait}`]),
      ]) {
        const [greeting = '', wait = '6'] = mode.split(' ');
        const played = await under(lab, greeting, wait, () => play(client, all, round++));
        rows.push(
          row(
            wait === '' || greeting === 'observe' ? greeting : `${greeting}, ${wait} s`,
            all,
            played,
          ),
        );
      }
      await lab.stop();
      for (const wait of waits) rows.push(await postscreen(dir, wait, all));
    });
  } catch (error) {
    skip(
      'the rest of greeting: bots',
      error instanceof Error ? error.message.split('\n')[0]! : String(error),
    );
  } finally {
    await Lab.stopAll();
  }
  printTable(rows);
}

async function under<T>(lab: Lab, mode: string, wait: string, work: () => Promise<T>): Promise<T> {
  const {relay} = lab;
  const words = [`--greeting=${mode}`, `--greeting-wait=${wait}s`, ...noLimits];
  const daemon = relay.daemon([...words, '--backend=nftables']);
  const running: Daemon[] = [daemon];
  await daemon.ready();
  if (mode !== 'observe') {
    const gate = relay.start('/usr/sbin/blocksmtp', ['gate', ...words]);
    running.unshift(gate);
    await gate.waitFor(/gate: unknown clients are served/);
    await until(
      'unknown clients to be led to the gate',
      async () => {
        const set = ['list', 'set', 'ip', 'blocksmtp-BLOCKSMTP_GREETING', 'alive'];
        return (await relay.run('nft', set)).stdout.includes('expires');
      },
      3 * patienceMs,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${gate.text}; ${daemon.text}`);
    });
  }
  try {
    return await work();
  } finally {
    for (const process of running) await process.stop('SIGKILL');
  }
}

async function postscreen(dir: string, wait: number, all: readonly Bot[]): Promise<string[]> {
  const lab = await startPostscreen(dir, wait);
  await lab.reach('198.18.0.0/15');
  try {
    return row(`postscreen, ${wait} s`, all, await play(lab.client('crowd'), all, 0));
  } finally {
    await lab.stop();
  }
}

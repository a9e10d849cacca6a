/**
 * How much time the greeting adds until a client gets its 220. For a known client, compared in turn with a relay
 * without the greeting. For a new client, the time beyond its wait.
 */
import {Lab} from '../../system/lab/lab.js';
import type {Client} from '../../system/lab/client.js';
import {clients, World} from '../../system/lab/greeting-world.js';
import {sleep} from '../../system/lab/until.js';
import {heading, measured, printTable} from '../aims.js';
import {type Figures, figures, spread} from '../figures.js';

/** The wait at the gate. Ms. */
const waitMs = 2000;
/** Time between two new clients. Ms: none must wait for the other. */
const apartMs = 300;
/** Differences up to this share may be noise of the machine. */
const noise = 0.1;

export async function added(pairs: number, fresh: number): Promise<void> {
  heading(
    'greeting: time added',
    `${pairs} pairs in turn, ${fresh} new clients; ms, median (min..max)`,
  );
  try {
    const world = await World.start('bench-gated', 'gate', 'nftables');
    const plain = await Lab.start({id: 'bench-plain', clients: {known: clients.known}});
    await world.waitsOnce('known');
    const found = {gated: [] as Time[], plain: [] as Time[]};
    for (let pair = 0; pair < pairs; pair++) {
      // The first of a pair meets a colder machine, so they take turns.
      for (const which of pair % 2 === 0
        ? (['gated', 'plain'] as const)
        : (['plain', 'gated'] as const)) {
        const client = which === 'gated' ? world.client('known') : plain.client('known');
        found[which].push(await timeOf(client));
      }
    }
    const [gated, bare] = [columns(found.gated), columns(found.plain)];
    // A ratio for each pair, because the other load of the machine changes.
    const ratios = figures(
      found.gated.map(({heardMs}, pair) => heardMs / found.plain[pair]!.heardMs),
    );
    const ratio = ratios.median;
    const news = await newOnes(world, fresh);
    const start = await mailerStart(world, fresh);
    printTable([
      ['', 'connected', 'the 220'],
      ['a relay without any of it', spread(bare.connected, 2), spread(bare.heard, 1)],
      ['a known client, gate on', spread(gated.connected, 2), spread(gated.heard, 1)],
      ['ratio, pair by pair', '', spread({...ratios, min: ratios.p25, max: ratios.p75}, 2)],
      ['a new client, beyond its wait', '', spread(news, 1)],
      ['of that, sendmail -bs from its start on', '', spread(start, 1)],
    ]);
    const room = {room: 'greeting', is: 'atMost'} as const;
    measured({
      ...room,
      ...{what: 'a known client, of the time without a gate', value: ratio, unit: ''},
      limit: 1 + noise,
    });
    const ours = news.median - start.median;
    measured({
      ...room,
      what: 'a new client, beyond its wait',
      value: news.median,
      unit: 'ms',
      limit: 10,
    });
    measured({
      ...room,
      what: 'the same without the start of sendmail',
      value: ours,
      unit: 'ms',
      limit: 10,
    });
  } finally {
    await Lab.stopAll();
  }
}

interface Time {
  readonly connectedMs: number;
  readonly heardMs: number;
}

const columns = (
  times: readonly Time[],
): {readonly connected: Figures; readonly heard: Figures} => ({
  connected: figures(times.map(({connectedMs}) => connectedMs)),
  heard: figures(times.map(({heardMs}) => heardMs)),
});

async function timeOf(client: Client, from?: string): Promise<Time> {
  const where = from === undefined ? {} : {from};
  const [knocked] = await client.knock([{acts: [], until: '220 ', ...where}]);
  if (knocked?.firstMs == null) throw new Error(`no greeting: ${JSON.stringify(knocked)}`);
  return {connectedMs: knocked.connectMs, heardMs: knocked.connectMs + knocked.firstMs};
}

async function newOnes(world: World, count: number): Promise<Figures> {
  const client = world.client('fresh');
  const addresses = Array.from({length: count}, (_, at) => `192.0.2.${100 + at}`);
  await client.addAddresses(addresses);
  const times = await Promise.all(
    addresses.map(async (from, at) => {
      await sleep(at * apartMs);
      return (await timeOf(client, from)).heardMs - waitMs;
    }),
  );
  return figures(times);
}

/** The time from the start of sendmail to its 220, without anything of ours. */
async function mailerStart({lab}: World, count: number): Promise<Figures> {
  const program = `use Time::HiRes 'time';
    for (1 .. ${count}) {
      my $begun = time;
      open my $mailer, '-|', '/usr/sbin/sendmail -bs -Am -L sm-mta </dev/null' or die $!;
      <$mailer>; printf "%.2f\\n", (time - $begun) * 1000; close $mailer;
    }`;
  const times = await lab.relay.sh('perl', ['-e', program], {timeoutMs: 120_000});
  return figures(times.trim().split('\n').map(Number));
}

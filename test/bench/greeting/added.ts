/**
 * What the greeting adds to the time until a client has its 220: of one that is known, beside a relay without any
 * of it, in turn; and of one that is new, beyond its wait.
 */
import {Lab} from '../../system/lab/lab.js';
import type {Client} from '../../system/lab/client.js';
import {clients, World} from '../../system/lab/greeting-world.js';
import {sleep} from '../../system/lab/until.js';
import {heading, measured, printTable} from '../aims.js';
import {type Figures, figures, spread} from '../figures.js';

/** As the gate of the world has it. */
const waitMs = 2000;
/** Between two that are new: none shall wait for the other. */
const apartMs = 300;
/** What may be the noise of the machine. A share. */
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
      // Who is first has the colder machine.
      for (const which of pair % 2 === 0
        ? (['gated', 'plain'] as const)
        : (['plain', 'gated'] as const)) {
        const client = which === 'gated' ? world.client('known') : plain.client('known');
        found[which].push(await timeOf(client));
      }
    }
    const [gated, bare] = [columns(found.gated), columns(found.plain)];
    // Pair by pair: what else the machine does changes in the meantime.
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

/** What sendmail itself takes to its 220 when it is started: nothing of ours is in it. */
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

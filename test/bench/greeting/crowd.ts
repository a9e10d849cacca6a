/** Many silent connections from one machine of the lab, and a relay whose sendmail takes them. */
import type {Client} from '../../system/lab/client.js';
import {Lab} from '../../system/lab/lab.js';
import {patienceMs, sleep, until} from '../../system/lab/until.js';

/** Connections opened at the same time. A count: well below the backlog of a listener. */
const batch = 250;
/** Longer than any part of the bench. Ms. */
const longMs = 3_600_000;

/** Opens connections that stay open until the client ends. Resolves when the relay has all of them at the port. */
export async function hold(lab: Lab, client: Client, port: number, count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += batch) {
    const many = Math.min(batch, count - opened);
    const knocks = Array.from({length: many}, () => ({port, acts: [], until: '220 '}));
    // The client is killed at the end.
    client.knock(knocks, longMs).catch(() => undefined);
    await until(
      `${opened + many} connections at port ${port}`,
      async () => {
        const words = ['-Htn', 'state', 'established', `sport = :${port}`];
        const rows = (await lab.relay.sh('ss', words)).split('\n').filter((row) => row !== '');
        return rows.length >= opened + many;
      },
      6 * patienceMs,
    );
  }
  await sleep(2000);
}

/** @param lines of sendmail.mc, before its mailers */
export async function sendmailWith(id: string, lines: string): Promise<Lab> {
  const clients = {crowd: 40, other: 41};
  const lab = await Lab.start({id, services: false, clients});
  const {relay} = lab;
  const stock = (await relay.read('/etc/mail/lab.mc')).replaceAll(
    /Port=smtp/g,
    'Listen=2048, Port=smtp',
  );
  await relay.write('/etc/mail/bench.mc', stock.replace(/^MAILER\(/m, `${lines}MAILER(`));
  await relay.write('/etc/mail/sendmail.cf', await relay.sh('m4', ['/etc/mail/bench.mc']));
  await lab.startSyslog();
  // With a pause no client gets the greeting soon, so it is enough that sendmail listens.
  await relay.sh('/usr/sbin/sendmail-mta', ['-Am', '-L', 'sm-mta', '-bd', '-q10m']);
  await until('sendmail to listen', async () => {
    const rows = await relay.sh('ss', ['-Hltn', 'sport = :25']);
    return rows.split('\n').filter((row) => row !== '').length === 2;
  });
  return lab;
}

/** Options with which the gate takes every client. */
export const noLimits: readonly string[] = [
  ...[
    '--greeting-max=20000',
    '--greeting-max-per-client=20000',
    '--greeting-max-per-network=20000',
  ],
  ...['--greeting-children-max=10000', '--greeting-children-per-second=1000'],
];

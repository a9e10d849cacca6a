/** Plays the dialogues against a relay, one after another, so that every log has them in one order. */
import {execa} from 'execa';
import {CROWD, startGrammarLab, type LogLevel} from '../grammar/relay.js';
import type {Lab} from '../lab.js';
import {sleep, until} from '../until.js';
import {dialogues} from './dialogues.js';

/** sendmail makes a client wait a second for each answer when it has asked for eight bad names. Ms. */
const longestAnswerMs = 2500;

export async function startVerdictLab(id: string, logLevel: LogLevel): Promise<Lab> {
  const lab = await startGrammarLab({id, logLevel, reverse: 'fails'});
  const crowd = lab.client(CROWD);
  await crowd.addAddresses(dialogues.map(({from}) => from));
  const routes = ['203.0.113.0/24', '198.51.100.0/24', '2001:db8:a::/64', '2001:db8:b::/64'];
  for (const route of routes) await lab.relay.sh('ip', ['route', 'add', route, 'dev', 'br0']);
  const back = ['-t', String(crowd.pid), '-n', 'ip', '-6', 'route', 'replace'];
  await execa('nsenter', [...back, '2001:db8::/64', 'dev', 'eth0']);
  return lab;
}

export async function playDialogues(lab: Lab): Promise<void> {
  const crowd = lab.client(CROWD);
  for (const {from, steps} of dialogues) {
    const family = from.includes(':') ? 6 : 4;
    await crowd.dialog({steps, family, from, whenSilent: 'hangUp', timeoutMs: longestAnswerMs});
  }
  // A session that was cut off ends when sendmail gives up, and deliveries take a while.
  let [length, still] = [-1, 0];
  await until('the log to stand still', async () => {
    await sleep(500);
    const lines = (await lab.relay.logLines()).length;
    still = lines === length ? still + 1 : 0;
    length = lines;
    return still >= 12;
  });
}

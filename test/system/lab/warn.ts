/**
 * Runs in the relay: sends one warning by mail to the address it gets, and prints what the log
 * would say.
 */
import {Warner} from '../../../src/outgoing/warn/live/warner.js';
import {sightingOf} from '../../outgoing/samples.js';

const [warnMail = ''] = process.argv.slice(2);
const warner = new Warner(
  {warnMail, warnCommand: '', warnWebhook: '', warnUser: ''},
  {
    say: (level, message) => process.stdout.write(`${level} ${message}\n`),
    onAllow: () => undefined,
    mayBeEnded: () => false,
    end: () => Promise.resolve(),
  },
);
warner.warn({sighting: sightingOf({script: '/tmp/\r\n.\r\nx.pl'}), times: 1});

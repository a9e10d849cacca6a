/** `blocksmtp check ADDR`: would this address ever be blocked, and which entry says no? */
import type {Config} from '../config/schema.js';
import {Friends} from '../daemon/friends.js';
import {parseAddress} from '../net/address.js';
import {exemptionText} from '../score/exempt.js';
import type {Log} from '../sys/log.js';
import {type ExitCode, exitCode} from './exit.js';
import type {Output} from './operate.js';

export function check(text: string, config: Config, log: Log, output: Output): ExitCode {
  const address = parseAddress(text);
  if (address === undefined) {
    output.complain(`${JSON.stringify(text)}: expected an IPv4 or IPv6 address`);
    return exitCode.usage;
  }
  const friends = new Friends(config.whiteList, config.mailerIp, log.say);
  friends.refresh();
  const exemption = friends.exemptions.of(address);
  if (exemption === undefined) {
    output.print(`${address.text}: not exempt: no entry of ${config.whiteList} covers it\n`);
    return exitCode.no;
  }
  output.print(`${address.text}: never blocked: ${exemptionText(exemption)}\n`);
  return exitCode.ok;
}

/**
 * The way to the gate on the real kernel: a mailer at port 25, a gate that does nothing, clients on the other end of a
 * wire, and our rules between them. Each server first sends its port, which shows a client where it arrived.
 */
import {expect} from '@jest/globals';
import type {LogLevel} from '../../../src/base/say.js';
import type {Call} from '../../../src/firewall/backend.js';
import {formerGate} from '../../../src/greeting/rules/live/leftovers.js';
import {GateRules, type GateSettings} from '../../../src/greeting/rules/live/gate-rules.js';
import {emptyState} from '../../../src/guard/state.js';
import {openPeers, type Peers, type Talk} from '../../support/kernel/peers.js';
import {hosts, type Scene} from '../../support/kernel/scenes.js';
import {until} from '../../support/temp.js';

/** The port of the gate. */
export const gatePort = 2500;

/** Addresses on the wire, in another network than `hosts`. */
export const further = {4: '203.0.113.9', 6: '2001:db8::9'} as const;

export interface Gating {
  readonly gate: GateRules;
  readonly calls: Call[];
  readonly said: [LogLevel, string][];
}

const running = new Set<GateRules>();
const worlds = new Set<Peers>();

/** Stops all gates: none may run on in the namespace of the next test. */
export async function stopGates(): Promise<void> {
  await Promise.all([...running].map((gate) => gate.stop('left')));
  running.clear();
  for (const world of worlds) world.close();
  worlds.clear();
}

export async function startGate(
  scene: Scene,
  greeting: GateSettings['greeting'],
  more: Partial<GateSettings> = {},
  state = emptyState(),
): Promise<Gating> {
  const {backend, namespace, family} = scene;
  const calls: Call[] = [];
  const said: [LogLevel, string][] = [];
  const gate = new GateRules(
    {backend, hookPlace: 'first', greeting, greetingPort: gatePort, ...more},
    [family],
    {
      run: (call) => {
        calls.push(call);
        return namespace.runCall(call);
      },
      say: (level, message) => void said.push([level, message]),
      former: formerGate(state),
      save: () => undefined,
      otherVariant: () => Promise.resolve(undefined),
    },
  );
  running.add(gate);
  await gate.start();
  return {gate, calls, said};
}

/** @param greetingMs how long the mailer keeps its clients waiting */
export async function openMailer(scene: Scene, greetingMs = 0): Promise<Peers> {
  const world = await openPeers(
    scene,
    [further[scene.family]],
    ['greet', `25:${greetingMs}`, `${gatePort}:0`, '26:0'],
  );
  worlds.add(world);
  return world;
}

/** Connects as a client. @returns the port that the server sends */
export async function served(world: Peers, from: string, port = 25): Promise<string> {
  const talk = world.call(from, port);
  await until(`${from} is served`, () => talk.heard !== '');
  return talk.heard.trim();
}

/** Expects that none of these talks is connected by the time another client was served. */
export async function expectDeaf(world: Peers, scene: Scene, talks: readonly Talk[]) {
  const [, other] = hosts[scene.family];
  // Packets keep their order on the wire: an earlier packet that has not arrived by now was dropped.
  for (let i = 0; i < 2; i++) await served(world, other, 26);
  expect(talks.map(({isConnected}) => isConnected)).toEqual(talks.map(() => false));
}

/** Calls that change the firewall. */
export const changing = (calls: readonly Call[]): readonly Call[] =>
  calls.filter(({input}) => input !== '');

/** A gate in the relay, and a substitute for the daemon that only takes its reports. */
import type {GateReport, GateVisit} from '../../../src/greeting/report.js';
import {isGateReport} from '../../../src/greeting/report-shape.js';
import {type ControlServer, serveControl} from '../../../src/sys/talk/control-socket.js';
import type {Daemon} from './daemon.js';
import type {Relay} from './relay.js';
import {until} from './until.js';

export const gatePort = 2500;
const socketPath = '/run/g.sock';

export class Gate {
  readonly process: Daemon;
  readonly reports: GateReport[];
  #server: ControlServer | undefined;

  private constructor(process: Daemon, reports: GateReport[], server: ControlServer | undefined) {
    this.process = process;
    this.reports = reports;
    this.#server = server;
  }

  /** From now on the gate's reports are taken. */
  async listen(relay: Relay): Promise<void> {
    this.#server = await Gate.#listen(relay, this.reports);
  }

  /** Starts the gate, and waits until it listens. `daemon: 'none'`: its reports are not taken. */
  static async start(
    relay: Relay,
    words: string[],
    daemon: 'listens' | 'none' = 'listens',
  ): Promise<Gate> {
    const reports: GateReport[] = [];
    const server = daemon === 'none' ? undefined : await Gate.#listen(relay, reports);
    const all = [
      'gate',
      '--greeting=gate',
      '--debug=3',
      `--control-socket=${socketPath}`,
      ...words,
    ];
    const gate = new Gate(relay.start('/usr/sbin/blocksmtp', all), reports, server);
    await gate.process.waitFor(/gate: unknown clients are served/);
    return gate;
  }

  static #listen(relay: Relay, reports: GateReport[]): Promise<ControlServer> {
    return serveControl(relay.path(socketPath), (request) => {
      const {command, report} = request as {command: string; report: unknown};
      if (command !== 'greet' || !isGateReport(report)) {
        throw new Error(`no report: ${JSON.stringify(request)}`);
      }
      reports.push(report);
      return Promise.resolve({kind: 'done', message: 'heard'});
    });
  }

  get visits(): GateVisit[] {
    return this.reports.flatMap(({visits}) => visits);
  }

  /** Waits for so many visits since the start. */
  told(count: number): Promise<GateVisit[]> {
    return until(`${count} visits in the reports`, () =>
      this.visits.length >= count ? this.visits : undefined,
    );
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.process.running) await this.process.stop(signal);
    this.#server?.close();
  }
}

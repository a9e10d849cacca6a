/** Which part of the daemon answers a request that came through the control socket. */
import {
  type Answer,
  type ComplaintRequest,
  type CourseRequest,
  type GateRequest,
  type GuardRequest,
  isAboutComplaints,
  isAboutConfiguration,
  parseRequest,
  type Request,
} from './protocol.js';
import {deniedText, onlyAsks, onlyReturns} from './reading.js';

export interface Answerers {
  /** What is about configurations: it outlives the present one. */
  readonly course: (request: CourseRequest) => Promise<Answer>;
  readonly complaint: (request: ComplaintRequest) => Promise<Answer>;
  readonly guard: (request: GuardRequest) => Promise<Answer>;
  readonly gate: (request: GateRequest) => Promise<Answer>;
}

/** @param value what came as JSON; undefined: it was none */
export async function route(
  value: unknown,
  {course, complaint, guard, gate}: Answerers,
): Promise<Answer> {
  const request = parseRequest(value);
  if (request === undefined) return {kind: 'refused', message: 'not a request of this version'};
  if (request.command === 'greet') return gate(request);
  if (isAboutComplaints(request)) return complaint(request);
  return isAboutConfiguration(request) ? course(request) : guard(request);
}

/** Of the socket for a group: what would change something is refused. */
export const routeReading = (value: unknown, answerers: Answerers): Promise<Answer> =>
  routeOnly(onlyAsks, value, answerers);

/** Of the socket of the mailer: it takes what came back to a complaint, and nothing else. */
export const routeReturned = (value: unknown, answerers: Answerers): Promise<Answer> =>
  routeOnly(onlyReturns, value, answerers);

async function routeOnly(
  may: (request: Request) => boolean,
  value: unknown,
  answerers: Answerers,
): Promise<Answer> {
  const request = parseRequest(value);
  return request === undefined || may(request)
    ? route(value, answerers)
    : {kind: 'refused', message: deniedText(request)};
}

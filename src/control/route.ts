/** Routes a request from the control socket to the part of the daemon that answers it. */
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
  /** Requests about configurations; this part outlives the present one. */
  readonly course: (request: CourseRequest) => Promise<Answer>;
  readonly complaint: (request: ComplaintRequest) => Promise<Answer>;
  readonly guard: (request: GuardRequest) => Promise<Answer>;
  readonly gate: (request: GateRequest) => Promise<Answer>;
}

/** @param value the parsed JSON; undefined: it could not be parsed */
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

/** For the group's socket: refuses requests that would change something. */
export const routeReading = (value: unknown, answerers: Answerers): Promise<Answer> =>
  routeOnly(onlyAsks, value, answerers);

/** For the mailer's socket: accepts replies to complaints, and nothing else. */
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

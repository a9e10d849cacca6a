/** The course of a daemon with one configuration: no reload, no trial, and at the end all rules stay. */
import type {LifeCourse} from '../../src/daemon/life.js';

export const courseUntil = (end: AbortSignal): LifeCourse => ({
  end,
  trial: {kind: 'none'},
  firewallAtEnd: 'leave',
  answer: () => Promise.resolve({kind: 'refused', message: 'there is only one life'}),
  portsChanged: () => undefined,
  begun: () => undefined,
});

/** Every scenario of the grammar tests. */
import {hostile} from './hostile.js';
import {misbehaving} from './misbehaving.js';
import {guessing, ordinary} from './ordinary.js';
import {refused} from './refused.js';
import type {Scenario} from './scenario.js';

export const scenarios: readonly Scenario[] = [
  ...ordinary,
  ...guessing,
  ...refused,
  ...misbehaving,
  ...hostile,
];

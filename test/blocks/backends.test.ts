/** The backends that need a chain alone, on the real kernel. */
import {describeBackends} from '../support/kernel/backends.js';

describeBackends(['iptables', 'iptables-legacy']);

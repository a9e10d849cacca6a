/** The backends that hold blocks in sets, on the real kernel. */
import {describeBackends} from '../support/kernel/backends.js';

describeBackends(['ipset', 'ipset with iptables-legacy', 'nftables']);

/** The tables of complaints, by their names in the state. */
import type {Table} from '../../base/mechanisms/table.js';
import type {ComplaintBook} from './book.js';
import type {Complaint} from './complaint.js';
import type {Deed} from './deed.js';
import type {LeftOut} from './left-out.js';

export interface ComplaintTables {
  readonly complaintDeeds: Table<Deed>;
  readonly complaints: Table<Complaint>;
  readonly complaintLeftOut: Table<LeftOut>;
  readonly complaintBook: Table<ComplaintBook>;
}

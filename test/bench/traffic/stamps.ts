/**
 * The time as rsyslog stamps a line, and as sendmail puts it into a queue id. A run makes millions of
 * both, so the parts that do not change within a second are kept.
 */
export type StampForm = 'rfc3339' | 'bsd';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** queue.c: the digits of a queue id. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx';

export class Stamps {
  readonly #form: StampForm;
  #second = NaN;
  #stamp = '';
  #queueId = '';
  #sequence = 0;

  constructor(form: StampForm) {
    this.#form = form;
  }

  /** `2025-03-03T12:00:00.123456+00:00`, or `Mar  3 12:00:00`. */
  stamp(atMs: number): string {
    this.#turnTo(atMs);
    if (this.#form === 'bsd') return this.#stamp;
    const micros = Math.floor((atMs - this.#second * 1000) * 1000);
    return `${this.#stamp}${String(micros + 1e6).slice(1)}+00:00`;
  }

  /** queue.c assign_queueid(): year % 60, month, day, hour, minute, second, two of sequence; pid. */
  queueId(atMs: number, pid: number): string {
    this.#turnTo(atMs);
    this.#sequence = (this.#sequence + 1) % 3600;
    const high = digits.charAt(Math.floor(this.#sequence / 60));
    const low = digits.charAt(this.#sequence % 60);
    return `${this.#queueId}${high}${low}${String(pid).padStart(6, '0')}`;
  }

  #turnTo(atMs: number): void {
    const second = Math.floor(atMs / 1000);
    if (second === this.#second) return;
    this.#second = second;
    const date = new Date(second * 1000);
    const day = date.getUTCDate();
    const iso = date.toISOString();
    this.#stamp =
      this.#form === 'bsd'
        ? `${months[date.getUTCMonth()] ?? ''} ${String(day).padStart(2)} ${iso.slice(11, 19)}`
        : `${iso.slice(0, 19)}.`;
    this.#queueId = [
      (date.getUTCFullYear() - 1900) % 60,
      date.getUTCMonth(),
      day,
      date.getUTCHours(),
      date.getUTCMinutes(),
      date.getUTCSeconds(),
    ]
      .map((value) => digits.charAt(value))
      .join('');
  }
}

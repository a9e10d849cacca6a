/** Before all tests: times in the tests are those of UTC, wherever the machine stands. */
export default function oneZone() {
  process.env.TZ = 'UTC';
}

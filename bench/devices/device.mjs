import { createInterface } from 'node:readline';

/**
 * Tells the bench that the device can be reached. A line on standard input makes one change of state;
 * the instant before it is reported (CLOCK_MONOTONIC, ns, the same for all processes of a machine).
 */
export function ready(details, change = () => {}) {
  console.log(JSON.stringify({ ready: details }));
  createInterface({ input: process.stdin }).on('line', () => {
    console.log(JSON.stringify({ changed: String(process.hrtime.bigint()) }));
    change();
  });
}

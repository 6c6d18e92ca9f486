import { Tvs } from '../../../apps/cli/src/tvs.ts';

// Changes one TV of the command line's until it is killed: says each number when it is stored.

const [directory = '', name = ''] = process.argv.slice(2);
const tvs = new Tvs(directory);
const key = 'k'.repeat(43);
const tv = `tv@${name}.local`;
const stored = (await tvs.all()).find((known) => known.tv === tv);

for (let number = Number(stored?.token ?? 0) + 1; ; number++) {
  await tvs.save({
    tv,
    name,
    fingerprint: key,
    service: `ws://192.168.1.20:7120/${'x'.repeat(number % 3000)}`,
    domain: `${name}.local`,
    jid: `me@${name}.local`,
    token: String(number),
    pairing: `${name}.local`,
    tvKey: key,
    key: { public: key, private: key },
  });
  process.stdout.write(`${number}\n`);
}

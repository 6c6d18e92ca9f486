// A process that is started with a socket, as systemd starts one. Tells its port or its error, and ends with its input.
import { createHub, HubError } from './index.ts';

const tell = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const hub = await createHub({
    domain: 'house.local',
    fd: 3,
    accounts: { find: () => undefined },
  });
  tell({ port: hub.port, url: hub.url });
  process.stdin.resume().once('end', () => hub.close());
} catch (error) {
  if (!(error instanceof HubError)) throw error;
  tell({ code: error.code, message: error.message });
}

import { expect, it } from 'vitest';
import { domain, FakeServer } from './fake-server.testing.ts';
import { bodies, connectTo, question, until } from './link.testing.ts';

const numbers = Array.from({ length: 300 }, (_, number) => String(number));
const messages = numbers.map(
  (number) => `<message xmlns='jabber:client' from='${domain}'><body>${number}</body></message>`,
);

it('hands on all that comes at once with the end of the login, in order, and then the end', async () => {
  const server = await FakeServer.start({ afterLogin: messages });
  const link = connectTo(server);
  const seen = bodies(link);
  const connection = await server.connection(1);
  await connection.named('authenticate');
  connection.socket.close();
  await until(link, 'waiting');
  expect(seen).toEqual(numbers);
  await link.close();
  await server.close();
});

it('hands on what comes at once later, in order, and answers between', async () => {
  const server = await FakeServer.start();
  const link = connectTo(server);
  const seen = bodies(link);
  await link.ready({ timeout: 4 });
  server.last.send(...messages.slice(0, 100));
  const answers = await Promise.all(numbers.slice(0, 64).map(() => link.request(question(domain))));
  expect(answers).toHaveLength(64);
  expect(seen).toEqual(numbers.slice(0, 100));
  await link.close();
  await server.close();
});

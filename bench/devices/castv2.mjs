// A Cast receiver as far as castv2-client needs one: launch, load, play, status.
import { readFileSync } from 'node:fs';
import castv2 from 'castv2';
import { ready } from './device.mjs';

const [, , directory, port] = process.argv;
const media = 'urn:x-cast:com.google.cast.media';
let time = 0;
const mediaStatus = (requestId, volume = 0.5) => {
  time += 0.25;
  return JSON.stringify({
    type: 'MEDIA_STATUS',
    requestId,
    status: [
      {
        mediaSessionId: 1,
        playbackRate: 1,
        playerState: 'PLAYING',
        currentTime: time,
        supportedMediaCommands: 15,
        volume: { level: volume, muted: false },
        currentItemId: 1,
      },
    ],
  });
};
const receiverStatus = (requestId) =>
  JSON.stringify({
    type: 'RECEIVER_STATUS',
    requestId,
    status: {
      applications: [
        {
          appId: 'CC1AD845',
          displayName: 'Default Media Receiver',
          sessionId: 's1',
          transportId: 'web-1',
          statusText: '',
          namespaces: [{ name: media }],
        },
      ],
      volume: { level: 1, muted: false },
    },
  });

const server = new castv2.Server({
  key: readFileSync(`${directory}/key.pem`),
  cert: readFileSync(`${directory}/cert.pem`),
});
server.on('message', (client, source, destination, namespace, data) => {
  const answer = (text) => server.send(client, destination, source, namespace, text);
  if (namespace.endsWith('heartbeat')) return answer('{"type":"PONG"}');
  if (namespace.endsWith('connection')) return undefined;
  const { requestId } = JSON.parse(data);
  return answer(
    namespace.endsWith('receiver') ? receiverStatus(requestId) : mediaStatus(requestId),
  );
});
server.on('error', () => {});
let level = 0;
server.listen(Number(port), '127.0.0.1', () =>
  ready({ port: Number(port) }, () => {
    level = level === 0.5 ? 0.25 : 0.5;
    for (const client of Object.keys(server.clients))
      server.send(client, 'web-1', '*', media, mediaStatus(0, level));
  }),
);

import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { isRecord } from '../thunder.ts';
import { AampStandIn, type StandInMedia } from './aamp-stand-in.ts';

const playerPlugin = 'org.rdk.FireboltMediaPlayer';
const audioPlugin = 'org.rdk.DisplaySettings';

interface Request {
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

interface Registration {
  socket: WebSocket;
  callsign: string;
  event: string;
  id: string;
}

/** As much of Thunder as the player needs: three plugins, on a WebSocket of the loopback interface. */
export class ThunderStandIn {
  private readonly server: WebSocketServer;
  private readonly media: Record<string, StandInMedia>;
  private readonly players = new Map<string, AampStandIn>();
  private registrations: Registration[] = [];
  private isActive = false;
  private volumeLevel = 80;
  private muted = false;

  private constructor(server: WebSocketServer, media: Record<string, StandInMedia>) {
    this.server = server;
    this.media = media;
    server.on('connection', (socket) => {
      socket.on('message', (data) => this.receive(socket, JSON.parse(String(data))));
      socket.on('close', () => {
        this.registrations = this.registrations.filter((one) => one.socket !== socket);
      });
    });
  }

  /** @param media by URL; what is not here is not found */
  static async start(media: Record<string, StandInMedia>): Promise<ThunderStandIn> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/jsonrpc' });
    await new Promise((resolve) => server.once('listening', resolve));
    return new ThunderStandIn(server, media);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/jsonrpc`;
  }

  /** Players that were made and not released. */
  get playerIds(): string[] {
    return [...this.players.keys()];
  }

  /** As the remote control that came with the box does it. */
  pressPause(): void {
    for (const player of this.players.values()) player.pause();
  }

  pressSeek(position: number): void {
    for (const player of this.players.values()) player.seekTo(position);
  }

  /** @param volumeLevel 0..100 */
  pressVolume(volumeLevel: number): void {
    this.volumeLevel = volumeLevel;
    this.notify(audioPlugin, 'volumeLevelChanged', { volumeLevel });
  }

  /** The process of the player dies; its plugin has to be activated again. */
  crashPlayer(): void {
    this.dropPlayers();
    this.isActive = false;
    const params = { callsign: playerPlugin, state: 'deactivated', reason: 'failure' };
    this.notify('Controller', 'statechange', params);
  }

  /** All connections are lost, as when Thunder itself is restarted. */
  disconnect(): void {
    this.dropPlayers();
    for (const client of this.server.clients) client.terminate();
  }

  async close(): Promise<void> {
    this.disconnect();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(socket: WebSocket, { id, method, params = {} }: Request): void {
    const [, callsign = '', name = ''] = /^(.+?)(?:\.1)?\.([a-zA-Z]+)$/.exec(method) ?? [];
    const answer = (result: unknown) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    const refuse = (message: string) =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message } }));
    if (name === 'register') {
      const { event, id: client } = params;
      this.registrations.push({ socket, callsign, event: String(event), id: String(client) });
      answer(0);
    } else if (method === 'Controller.1.activate') {
      this.isActive = true;
      answer(null);
    } else if (callsign === playerPlugin && this.isActive) {
      answer({ success: this.onPlayer(name, params) });
    } else if (callsign === audioPlugin) {
      answer(this.onAudio(name, params));
    } else refuse(`ERROR_UNAVAILABLE: ${method}`);
  }

  private onPlayer(name: string, params: Record<string, unknown>): boolean {
    const id = String(params.id);
    if (name === 'create') {
      const emit = (event: string, own: object) => this.notify(playerPlugin, event, { [id]: own });
      this.players.set(id, new AampStandIn((url) => this.media[url], emit));
      return true;
    }
    const player = this.players.get(id);
    switch (name) {
      case 'load':
        return player?.load(String(params.url), params.autoplay !== false) ?? false;
      case 'play':
        return player?.play() ?? false;
      case 'pause':
        return player?.pause() ?? false;
      case 'seekTo':
        return player?.seekTo(Number(params.positionSec)) ?? false;
      case 'stop':
        return player?.stop() ?? false;
      case 'release':
        player?.stop();
        return this.players.delete(id);
      default:
        return false;
    }
  }

  private onAudio(name: string, params: Record<string, unknown>): object {
    if (name === 'getConnectedAudioPorts') return { connectedAudioPorts: ['HDMI0'], success: true };
    if (params.audioPort !== 'HDMI0') return { success: false };
    switch (name) {
      case 'getVolumeLevel':
        // A string in some releases, and a number in others.
        return { volumeLevel: String(this.volumeLevel), success: true };
      case 'setVolumeLevel':
        this.pressVolume(Number(params.volumeLevel));
        return { success: true };
      case 'getMuted':
        return { muted: this.muted, success: true };
      case 'setMuted':
        this.muted = params.muted === true;
        this.notify(audioPlugin, 'muteStatusChanged', { muted: this.muted });
        return { success: true };
      default:
        return { success: false };
    }
  }

  private dropPlayers(): void {
    for (const player of this.players.values()) player.stop();
    this.players.clear();
  }

  private notify(callsign: string, event: string, params: unknown): void {
    for (const one of this.registrations) {
      if (one.callsign !== callsign || one.event !== event || !isRecord(params)) continue;
      const message = { jsonrpc: '2.0', method: `${one.id}.${event}`, params };
      one.socket.send(JSON.stringify(message));
    }
  }
}

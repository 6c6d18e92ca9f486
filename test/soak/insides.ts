import { readdirSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { RunningBox } from '../support/box.ts';

/** What a process holds. */
export interface Holdings {
  /** Bytes that are still reachable after a garbage collection. */
  heap: number;
  /** Bytes. */
  resident: number;
  /** Sockets, timers and the like that Node counts. */
  resources: number;
  /** Open file descriptors. */
  descriptors: number;
}

/** Options for Node that `Insides` needs. */
export const inspected = ['--inspect=127.0.0.1:0'];

/** Looks into a box that runs with `inspected`, through Node's inspector. */
export class Insides {
  private readonly socket: WebSocket;
  private readonly pid: number;
  private last = 0;
  private readonly waiting = new Map<number, (result: unknown) => void>();

  private constructor(socket: WebSocket, pid: number) {
    this.socket = socket;
    this.pid = pid;
    socket.on('message', (data) => {
      const { id, result } = JSON.parse(String(data));
      this.waiting.get(id)?.(result);
      this.waiting.delete(id);
    });
  }

  static async open(box: RunningBox): Promise<Insides> {
    const [, url] = /Debugger listening on (ws:\S+)/.exec(box.stderr()) ?? [];
    const { pid } = box.process;
    if (!url || pid === undefined) throw new Error(`no inspector: ${box.stderr()}`);
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Insides(socket, pid);
  }

  async look(): Promise<Holdings> {
    // The second takes what finalizers of the first let go of.
    await this.ask('HeapProfiler.collectGarbage');
    await this.ask('HeapProfiler.collectGarbage');
    const { result } = (await this.ask('Runtime.evaluate', {
      expression: `({
        heap: process.memoryUsage().heapUsed,
        resident: process.memoryUsage().rss,
        resources: process.getActiveResourcesInfo().length,
      })`,
      returnByValue: true,
    })) as { result: { value: Omit<Holdings, 'descriptors'> } };
    return { ...result.value, descriptors: readdirSync(`/proc/${this.pid}/fd`).length };
  }

  close(): void {
    this.socket.terminate();
  }

  private ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, resolve);
      this.socket.once('close', () => reject(new Error('the box has ended')));
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

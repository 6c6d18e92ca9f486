import { readIdentity } from './identity.ts';
import { lockDirectory } from './lock.ts';
import type { Options } from './options.ts';
import type { LocalPlayer } from './player.ts';
import type { Report } from './report.ts';
import { type Server, startServer } from './server.ts';
import { Store } from './store.ts';

export interface Box {
  readonly port: number;
  /**
   * Says goodbye on the network and to whoever is connected, and frees the port. May be repeated.
   * @param restart mpv plays on, for the process that comes next
   */
  close(options?: { restart?: boolean }): Promise<void>;
}

/**
 * Starts the TV: hub, pairing, advertising, and either the player or the page that is one.
 * @throws UsageError, HubError
 */
export async function startBox(options: Options, report: Report): Promise<Box> {
  const unlock = await lockDirectory(options.dataDir);
  let player: LocalPlayer | undefined;
  let server: Server;
  try {
    const store = await Store.open(options.dataDir);
    for (const { code, message } of store.warnings)
      report({ event: 'error', code: `store-${code}`, message });
    const identity = readIdentity(store.identity);
    if (options.player === 'mpv') {
      const { openPlayer } = await import('./player.ts');
      player = await openPlayer(options, report);
    }
    server = await startServer({ options: () => options, store, identity, player, report });
  } catch (error) {
    await player?.close();
    await unlock();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async (restart: boolean) => {
    report({ event: 'stopping', restart });
    await server.close();
    await player?.close({ keep: restart });
    await unlock();
  };
  return {
    port: server.hub.port,
    close: ({ restart = false } = {}) => {
      closing ??= close(restart);
      return closing;
    },
  };
}

import type { PlayerFactory, PlayerUnderTest } from './under-test.ts';
import { WatchedPlayer } from './watched-player.ts';

/** One promise of the `Player` interface, and how to find out whether it is kept. */
export interface PlayerCase {
  name: string;
  /** Whether it can be tried with this player; default yes. */
  applies?(underTest: PlayerUnderTest): boolean;
  run(player: WatchedPlayer): Promise<void>;
}

/** @returns false where the case does not apply. @throws what is wrong */
export async function runCase(playerCase: PlayerCase, factory: PlayerFactory): Promise<boolean> {
  const underTest = await factory();
  try {
    if (playerCase.applies?.(underTest) === false) return false;
    const watched = new WatchedPlayer(underTest);
    await playerCase.run(watched);
    watched.finish();
    return true;
  } finally {
    // Also when the case failed, so that nothing of it is left for the next one.
    await underTest.player.close();
    await underTest.close();
  }
}

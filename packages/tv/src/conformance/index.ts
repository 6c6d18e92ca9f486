import { describe, it } from 'vitest';
import { playerCases } from './cases/index.ts';
import { runCase } from './player-case.ts';
import type { PlayerFactory } from './under-test.ts';

export type { PlayerFactory, PlayerUnderTest, TestMedia } from './under-test.ts';

export interface DescribePlayerOptions {
  /** Seconds for one case, with what `factory` takes; default 30. */
  timeout?: number;
}

/**
 * A vitest suite of everything that {@link Player} promises, in real time. Call it in a test file, once for
 * each player. A case that needs what the factory does not give (`media.live`, `crash`, …) is shown as skipped.
 */
export function describePlayer(
  name: string,
  factory: PlayerFactory,
  { timeout = 30 }: DescribePlayerOptions = {},
): void {
  describe(`${name} as a player`, () => {
    for (const playerCase of playerCases) {
      it(playerCase.name, { timeout: timeout * 1000 }, async ({ skip }) => {
        if (!(await runCase(playerCase, factory))) skip('not with what the factory gives');
      });
    }
  });
}

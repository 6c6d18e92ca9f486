import type { CommandName, Grant } from '@fjern/protocol';
import { labels } from '../labels.ts';
import { formatDay, formatTimeOfDay, isSameDay } from './time.ts';

// What a grant means, in words. Before the TV has said what this phone may, everything is offered: the TV decides.

/** Why it may not, in a sentence; nothing if it may. */
export function lackOf(grant: Grant | undefined, command: CommandName): string | undefined {
  if (!grant || grant.commands.includes(command)) return undefined;
  return labels.grants.lacks(grant.role, labels.grants.deeds[command]);
}

/** `Guest until 22:30`; nothing for those who may stay. */
export function stayOf(grant: Grant | undefined, now: number): string | undefined {
  if (grant?.expires !== undefined) return labels.grants.until(whenOf(grant.expires, now));
  if (grant?.untilStandby) return labels.grants.untilStandby;
  return grant?.role === 'guest' ? labels.grants.guest : undefined;
}

/** Time of day, and the day where it is not today. */
function whenOf(instant: number, now: number): string {
  const time = formatTimeOfDay(instant);
  if (isSameDay(instant, now)) return time;
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  if (isSameDay(instant, tomorrow.getTime())) return labels.grants.tomorrow(time);
  return labels.grants.onDay(formatDay(instant), time);
}

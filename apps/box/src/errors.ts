import { HubError } from '@fjern/hub';
import { UsageError } from './options.ts';
import type { BoxEvent } from './report.ts';

/** One clear line for what somebody can do something about. */
export function errorEvent(error: unknown): Extract<BoxEvent, { event: 'error' }> {
  if (error instanceof UsageError) return { event: 'error', code: 'usage', message: error.message };
  if (error instanceof HubError)
    return { event: 'error', code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
  return { event: 'error', code, message };
}

import type { HubDocument } from '@fjern/hub';

export type HealthStatus = 'pass' | 'warn' | 'fail';

export interface Check {
  status: HealthStatus;
  observedValue?: string | number;
  /** What is wrong, one sentence. Never a secret, nor who is paired. */
  output?: string;
}

/** By `component:measurement`. */
export type Checks = Readonly<Record<string, Check>>;

export interface Health {
  status: HealthStatus;
  checks: Checks;
}

/** The worst counts. */
export function healthOf(checks: Checks): Health {
  const all = Object.values(checks).map(({ status }) => status);
  const status = all.includes('fail') ? 'fail' : all.includes('warn') ? 'warn' : 'pass';
  return { status, checks };
}

/** `/health`, as draft-inadarei-api-health-check-06 has it: 503 when the TV cannot do its job. */
export function healthDocument(
  { status, checks }: Health,
  release: string,
): HubDocument & { status: number } {
  const entries = Object.entries(checks).map(([name, check]) => [
    name,
    [{ componentType: 'component', ...check }],
  ]);
  return {
    status: status === 'fail' ? 503 : 200,
    contentType: 'application/health+json',
    body: JSON.stringify({
      status,
      version: '1',
      releaseId: release,
      description: 'A Fjern TV',
      checks: Object.fromEntries(entries),
    }),
  };
}

const minute = 60_000;

/** Counts failed logins per address, so that guessing from many streams is no faster than from one. */
export class LoginThrottle {
  private readonly limit: number;
  private readonly now: () => number;
  private readonly failures = new Map<string, { count: number; since: number }>();

  constructor(limit: number, now: () => number = () => performance.now()) {
    this.limit = limit;
    this.now = now;
  }

  blocked(address: string): boolean {
    return (this.current(address)?.count ?? 0) >= this.limit;
  }

  failed(address: string): void {
    const current = this.current(address);
    if (current) {
      current.count++;
      return;
    }
    for (const known of this.failures.keys()) this.current(known);
    this.failures.set(address, { count: 1, since: this.now() });
  }

  private current(address: string) {
    const entry = this.failures.get(address);
    if (entry && this.now() - entry.since >= minute) {
      this.failures.delete(address);
      return undefined;
    }
    return entry;
  }
}

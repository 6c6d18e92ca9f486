import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

const programNames = ['agent', 'many', 'measure', 'remote', 'sniffer', 'tv'] as const;
type ProgramName = (typeof programNames)[number];

export interface Fact {
  /** Milliseconds since the Unix epoch, with fractions. */
  at: number;
  event: string;
  [key: string]: unknown;
}

/**
 * A network of its own: hosts `h1`, `h2`, … in network namespaces, each with an `eth0` on one bridge. It lives in a
 * mount and network namespace (and, for a user who is not root, a user namespace) of a process that holds it,
 * and is gone when that process is.
 */
export class Lab {
  private readonly holder: ChildProcess;
  private readonly programs: string;
  private readonly running = new Set<Program>();

  private constructor(holder: ChildProcess, programs: string) {
    this.holder = holder;
    this.programs = programs;
  }

  /** @param programs as `buildPrograms` made them */
  static async create(programs: string, hosts: number): Promise<Lab> {
    const flags = ['--net', '--mount', ...(isRoot ? [] : ['--user', '--map-root-user'])];
    const ready =
      'mount -t tmpfs tmpfs /run && mkdir /run/netns && echo ready && exec sleep infinity';
    const holder = spawn('unshare', [...flags, 'sh', '-c', ready], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lab = new Lab(holder, programs);
    try {
      await new Promise((resolve, reject) => {
        holder.stdout?.once('data', resolve);
        holder.once('error', reject);
        holder.once('exit', (code) =>
          reject(new Error(`No namespaces here (unshare ended with ${code}): run as root.`)),
        );
      });
      const numbers = Array.from({ length: hosts }, (_, index) => index + 1);
      await lab.sh(
        [bridge('lan0'), ...numbers.map((number) => host(number, 'lan0'))].join(' &&\n'),
      );
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** A second network, of the hosts given, behind a router: 10.8.0.0/24. */
  async addSubnet(...hosts: number[]): Promise<void> {
    await this.sh(
      [
        bridge('lan1'),
        'ip addr add 10.7.0.254/24 dev lan0 && ip addr add 10.8.0.254/24 dev lan1',
        'echo 1 > /proc/sys/net/ipv4/ip_forward',
        ...hosts.map((number) => `ip link set v${number} master lan1`),
      ].join(' &&\n'),
    );
  }

  /** Gives a host one more interface, in either network; it has no address yet. */
  async addInterface(number: number, name: string, network: 'lan0' | 'lan1'): Promise<void> {
    await this.sh(cable(number, `${name}${number}`, name, network));
  }

  /** From now on this share (1..99 %) of all packets between hosts is lost. */
  async losePackets(percent: number): Promise<void> {
    await this.sh(
      `nft 'add table bridge loss' &&
       nft 'add chain bridge loss forward { type filter hook forward priority 0; }' &&
       nft 'add rule bridge loss forward numgen random mod 100 < ${percent} drop'`,
    );
  }

  /** Gives a host its address in 10.7.0.0/24 and brings its link up. Returns the address. */
  async connect(number: number, address = `10.7.0.${number}`): Promise<string> {
    await this.sh(
      `ip -n h${number} addr add ${address}/24 dev eth0 && ip -n h${number} link set eth0 up`,
    );
    return address;
  }

  /** Runs a script as the lab's root, outside of the hosts. */
  async sh(script: string): Promise<string> {
    const { stdout } = await run('nsenter', [...this.entry(), 'sh', '-c', script]);
    return stdout;
  }

  private entry(): string[] {
    const user = isRoot ? [] : ['--user', '--preserve-credentials'];
    return ['--target', String(this.holder.pid), ...user, '--mount', '--net'];
  }

  /** Starts any command on a host. */
  command(host: number, command: string[], environment: NodeJS.ProcessEnv = {}): Program {
    const child = spawn(
      'nsenter',
      [...this.entry(), 'ip', 'netns', 'exec', `h${host}`, ...command],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
    );
    const program = new Program(command.join(' '), child);
    this.running.add(program);
    return program;
  }

  /** Starts one of `programs/` on a host, and waits until it says that it runs. */
  async start(host: number, name: ProgramName, ...parameters: string[]): Promise<Program> {
    const program = this.command(host, [
      process.execPath,
      join(this.programs, `${name}.js`),
      ...parameters,
    ]);
    await program.until(({ event }) => event === 'started');
    return program;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.kill()));
    const { holder } = this;
    if (holder.exitCode !== null || holder.signalCode !== null || holder.pid === undefined) return;
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
  }
}

const bridge = (name: string) =>
  `ip link add ${name} type bridge mcast_snooping 0 && ip link set ${name} up`;
const cable = (host: number, end: string, name: string, network: string) =>
  `ip link add ${end} type veth peer name ${name} netns h${host} && ip link set ${end} master ${network} up`;
const host = (number: number, network: string) =>
  `ip netns add h${number} && ip -n h${number} link set lo up && ${cable(number, `v${number}`, 'eth0', network)}`;

/** A process on a host, and the facts (a JSON object a line) that it told. */
export class Program {
  readonly facts: Fact[] = [];
  /** All that it wrote, on standard output and error. */
  output = '';
  readonly ended: Promise<number | null>;
  private readonly name: string;
  private readonly child: ChildProcess;
  private exited = false;
  private readonly waiting = new Set<() => void>();

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
    child.stdin?.on('error', () => {});
    let line = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk;
      const lines = (line + chunk).split('\n');
      line = lines.pop() ?? '';
      this.facts.push(
        // Programs that are not of this folder do not tell the time.
        ...lines
          .filter((text) => text.startsWith('{'))
          .map((text) => ({ at: performance.timeOrigin + performance.now(), ...JSON.parse(text) })),
      );
      this.wake();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk;
      this.wake();
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => {
        this.output += error;
      });
      child.once('close', (code) => {
        this.exited = true;
        this.wake();
        resolve(code);
      });
    });
  }

  get isRunning(): boolean {
    return !this.exited;
  }

  write(line: object): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  /** The first fact for which `test` holds, from those after `since` on. */
  async until(test: (fact: Fact) => boolean, { since = 0, within = 10_000 } = {}): Promise<Fact> {
    const find = () => this.facts.find((fact) => fact.at >= since && test(fact));
    await this.condition(() => find() !== undefined, within);
    const fact = find();
    if (!fact) throw new Error('unreachable');
    return fact;
  }

  async untilOutput(pattern: RegExp, within = 10_000): Promise<string> {
    await this.condition(() => pattern.test(this.output), within);
    return this.output;
  }

  private condition(holds: () => boolean, within: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: string) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        if (error === undefined) resolve();
        else reject(new Error(`${this.name} ${error}:\n${this.output}`));
      };
      const look = () => {
        if (holds()) settle();
        else if (this.exited) settle('ended before it came to this');
      };
      const timer = setTimeout(() => settle(`did not come to this in ${within} ms`), within);
      this.waiting.add(look);
      look();
    });
  }

  private wake(): void {
    for (const look of this.waiting) look();
  }

  /** Ends its input, which ends our programs properly. */
  async stop(): Promise<number | null> {
    this.child.stdin?.end();
    return this.ended;
  }

  /** As Ctrl-C does. */
  async interrupt(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.ended;
  }

  /** As a machine that sleeps: nothing runs, until it is woken. */
  sleep(): void {
    this.signal('STOP');
  }

  wakeUp(): void {
    this.signal('CONT');
  }

  private signal(name: string): void {
    // Of all that was started for it: nsenter and ip become the program itself.
    if (this.child.pid !== undefined) process.kill(this.child.pid, `SIG${name}`);
  }

  async kill(): Promise<void> {
    if (this.exited) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Bundles `programs/` from the sources, so that plain Node runs them. Returns the folder. */
export async function buildPrograms(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fjern-mdns-'));
  const entry = programNames.map((name) => join(import.meta.dirname, 'programs', `${name}.ts`));
  await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    ssr: {
      noExternal: true,
      resolve: { conditions: ['@fjern/source', 'node', 'import', 'module', 'default'] },
    },
    build: { ssr: true, outDir: folder, minify: false, rolldownOptions: { input: entry } },
  });
  return folder;
}

export async function removePrograms(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** A TV like no other of this or another run. */
export function someTv(name = `TV ${randomBytes(3).toString('hex')}`) {
  return {
    id: `t${randomBytes(8).toString('hex')}`,
    name,
    fingerprint: randomBytes(32).toString('base64url'),
    version: '0.1.0',
    pairing: false,
  };
}

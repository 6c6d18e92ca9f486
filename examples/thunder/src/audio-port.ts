import { isRecord, type Thunder } from './thunder.ts';

const callsign = 'org.rdk.DisplaySettings';

/** The volume of the port that is connected: RDK has one for each (HDMI0, SPEAKER0, …), from 0 to 100. */
export class AudioPort {
  /** 0..1; 1 until Thunder has said what it is. */
  level = 1;
  muted = false;
  private readonly thunder: Thunder;
  private readonly changed: () => void;
  private port: string | undefined;

  constructor(thunder: Thunder, changed: () => void) {
    this.thunder = thunder;
    this.changed = changed;
    thunder.subscribe(callsign, 'volumeLevelChanged', (params) => {
      if (isRecord(params)) this.become({ level: Number(params.volumeLevel) / 100 });
    });
    thunder.subscribe(callsign, 'muteStatusChanged', (params) => {
      if (isRecord(params)) this.become({ muted: params.muted === true });
    });
    const read = () => {
      this.port = undefined;
      // Without a port there is nothing to read; setting the volume will say so.
      this.read().catch(() => {});
    };
    thunder.subscribe(callsign, 'connectedAudioPortUpdated', read);
    thunder.onconnection((isUp) => isUp && read());
  }

  /** @throws ThunderError */
  async setLevel(level: number): Promise<void> {
    const volumeLevel = Math.round(level * 100);
    await this.call('setVolumeLevel', { volumeLevel });
    // Some firmware sends no event for what it was told to do itself.
    this.become({ level: volumeLevel / 100 });
  }

  /** @throws ThunderError */
  async setMuted(muted: boolean): Promise<void> {
    await this.call('setMuted', { muted });
    this.become({ muted });
  }

  private async read(): Promise<void> {
    const [volume, mute] = await Promise.all([this.call('getVolumeLevel'), this.call('getMuted')]);
    this.become({ level: Number(volume.volumeLevel) / 100, muted: mute.muted === true });
  }

  // #region port
  private async call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.port ??= await this.findPort();
    const audioPort = this.port;
    const result = await this.thunder.call(`${callsign}.${method}`, { audioPort, ...params });
    return isRecord(result) ? result : {};
  }
  // #endregion port

  private async findPort(): Promise<string | undefined> {
    const result = await this.thunder.call(`${callsign}.getConnectedAudioPorts`);
    const ports = isRecord(result) ? result.connectedAudioPorts : undefined;
    return Array.isArray(ports) ? String(ports[0]) : undefined;
  }

  private become({ level = this.level, muted = this.muted }): void {
    // Whatever the middleware says is checked: a NaN here would be one on every phone.
    if (!(level >= 0 && level <= 1) || (level === this.level && muted === this.muted)) return;
    this.level = level;
    this.muted = muted;
    this.changed();
  }
}

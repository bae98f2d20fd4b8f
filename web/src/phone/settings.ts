/** Where an agent talks: at the phone on their table, or in this browser. */
export type Where = 'table' | 'page';

/** What an agent has chosen about the phone, in this browser. */
export interface PhoneSettings {
  /** None: nobody has chosen yet, and the phone on the table it is. */
  where: Where | null;
  /** Devices by their id; none: as the system has it. */
  microphone: string | null;
  speaker: string | null;
  /** Where it rings: often the loudspeaker of the room, not the headset. */
  ringer: string | null;
  rings: boolean;
}

export const UNSET: PhoneSettings = {
  where: null,
  microphone: null,
  speaker: null,
  ringer: null,
  rings: true,
};

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What was kept; whatever is not understood counts as not chosen. */
export function readSettings(kept: string | null): PhoneSettings {
  let told: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(kept ?? '{}');
    told = typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    told = {};
  }
  const { where, rings } = told;
  return {
    where: where === 'page' || where === 'table' ? where : null,
    microphone: text(told.microphone),
    speaker: text(told.speaker),
    ringer: text(told.ringer),
    rings: rings !== false,
  };
}

/** The settings of one user, kept in this browser; all tabs have the same. */
export class SettingsStore {
  private now: PhoneSettings;
  private readonly key: string;
  private readonly listeners = new Set<() => void>();

  constructor(who: string) {
    this.key = `zeroline.phone.${who}`;
    this.now = readSettings(kept(this.key));
  }

  readonly get = (): PhoneSettings => this.now;

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) addEventListener('storage', this.elsewhere);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) removeEventListener('storage', this.elsewhere);
    };
  };

  set(change: Partial<PhoneSettings>) {
    this.now = { ...this.now, ...change };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.now));
    } catch {
      // It holds until a reload.
    }
    for (const l of this.listeners) l();
  }

  private readonly elsewhere = (event: StorageEvent) => {
    if (event.key !== this.key) return;
    this.now = readSettings(event.newValue);
    for (const l of this.listeners) l();
  };
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

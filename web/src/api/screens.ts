/** What a screen without an account asks and says. It is known by its pairing code alone. */
import { api, serverUrl } from './client';
import type { components } from './schema';

/** How long one word with the server may take before the network counts as gone. */
const PATIENCE_MS = 12_000;

type Schemas = components['schemas'];

/** One thing to show. `media` and `thumb` are addresses under the server's root, null where there is nothing to fetch. */
export type ScreenSlot = Schemas['ScreenSlot'];
/** What the screen is asked to be. Before it is claimed there is only `state`. */
export type ScreenState = Required<Schemas['Screen']>;
export type ScreenSettings = Schemas['SettingsSaid'];
export type Fit = Schemas['DisplaySettings']['fit'];
export type Ack = Required<Schemas['Played']>;
export type Outcome = Ack['outcome'];
export type NowAt = Required<Schemas['At']>;

const POLL_SECONDS = 10;

/** A server that leaves something out means what is usual; what says no state at all is no word of the server. */
export function wholeState(told: Partial<ScreenState> | null | undefined): ScreenState {
  if (typeof told?.state !== 'string') throw new TypeError('This is not the state of a screen');
  return {
    state: told.state,
    epoch: told.epoch ?? '',
    generation: told.generation ?? 0,
    current: told.current ?? null,
    upcoming: told.upcoming ?? [],
    volume: told.volume ?? 100,
    muted: told.muted ?? false,
    seek: told.seek ?? { number: 0, seconds: 0 },
    settings: told.settings ?? { dwell: 10, fit: 'contain', rotate: 0 },
    name: told.name ?? '',
    note: told.note ?? '',
    version: told.version ?? 0,
    poll_seconds: told.poll_seconds || POLL_SECONDS,
  };
}

const inTime = () => ({ signal: AbortSignal.timeout(PATIENCE_MS), anonymous: true });
const pathOf = (code: string) => `screens/${encodeURIComponent(code)}`;

export const openScreen = () => api.post<{ code: string }>('screens', {}, inTime());

export const askScreen = async (code: string) =>
  wholeState(await api.get<Partial<ScreenState>>(pathOf(code), inTime()));

export const ackSlot = async (code: string, ack: Ack) =>
  wholeState(await api.post<Partial<ScreenState>>(`${pathOf(code)}/played`, ack, inTime()));

export const sayWhere = (code: string, at: NowAt) => api.post<unknown>(`${pathOf(code)}/at`, at, inTime());

export const screenEventsUrl = (code: string) => serverUrl(`api/${pathOf(code)}/events`);

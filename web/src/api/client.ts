/** The one way to the server. It only transports: screens decide what an error looks like. */
import { ApiError, isAbort, OfflineError } from './errors';
import type { Problem } from './types';

export type QueryValue = string | number | boolean;
export type Query = Record<string, QueryValue | readonly QueryValue[] | null | undefined>;

interface RequestOptions {
  query?: Query | URLSearchParams;
  signal?: AbortSignal | undefined;
  /** Sent to its end even when the page goes away meanwhile. */
  keepalive?: boolean;
  /** Asked where nobody signs in: whoever wants that, a proxy on the way perhaps, leads the page nowhere. */
  anonymous?: boolean;
}

/** Called when nobody is signed in, or the server waits for its first administrator. The app decides where to go. */
interface Gates {
  signIn: () => void;
  setup: () => void;
}

let gates: Gates = { signIn: () => {}, setup: () => {} };

export function installGates(next: Gates): void {
  gates = next;
}

/** An address under the server's root, whatever path the server is mounted at. */
export function serverUrl(path: string): string {
  return new URL(path.replace(/^\//, ''), document.baseURI).href;
}

export function queryString(query: Query | URLSearchParams): string {
  if (query instanceof URLSearchParams) return query.toString();
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  return params.toString();
}

export const api = {
  get: <T>(path: string, options: RequestOptions = {}) => send<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options: RequestOptions = {}) => send<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}) => send<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}) => send<T>('PATCH', path, body, options),
  delete: <T>(path: string, { body, ...options }: RequestOptions & { body?: unknown } = {}) =>
    send<T>('DELETE', path, body, options),
};

async function send<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
  const { value } = await sendMeasured<T>(method, path, body, options);
  return value;
}

/** As `api.get`, and says how long the body was: the page cache bounds itself in bytes. */
export async function getMeasured<T>(path: string, options: RequestOptions = {}): Promise<{ value: T; chars: number }> {
  return sendMeasured<T>('GET', path, undefined, options);
}

async function sendMeasured<T>(method: string, path: string, body: unknown, options: RequestOptions) {
  const response = await reach(method, address(path, options.query), body, options);
  const text = await response.text();
  if (!response.ok) throw refusal(response, text, options.anonymous === true);
  return { value: (text === '' ? undefined : JSON.parse(text)) as T, chars: text.length };
}

function address(path: string, query: RequestOptions['query']): string {
  const search = query ? queryString(query) : '';
  return serverUrl(`api/${path.replace(/^\/?(api\/)?/, '')}`) + (search && `?${search}`);
}

async function reach(method: string, url: string, body: unknown, options: RequestOptions): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: body === undefined ? {} : { 'content-type': body instanceof Blob ? body.type : 'application/json' },
      body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
      credentials: 'same-origin',
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    throw isAbort(error) ? error : new OfflineError(error);
  }
}

function refusal(response: Response, text: string, anonymous: boolean): ApiError {
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  const error = new ApiError(response.status, problemOf(response, text), Number.isFinite(wait) ? wait : null);
  if (anonymous) return error;
  if (error.code === 'setup_required') gates.setup();
  else if (response.status === 401) gates.signIn();
  return error;
}

function problemOf(response: Response, text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { title: response.statusText || 'The server gave no reason' };
  }
}

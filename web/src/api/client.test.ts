import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, installGates, queryString, serverUrl } from './client';
import { ApiError, OfflineError } from './errors';
import { askScreen } from './screens';

const gates = { signIn: vi.fn(), setup: vi.fn() };
const answer = (status: number, body: unknown) =>
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

beforeEach(() => {
  vi.clearAllMocks();
  installGates(gates);
});
afterEach(() => {
  vi.restoreAllMocks();
  document.querySelector('base')?.remove();
});

describe('addresses', () => {
  it('stay under the path the server is mounted at', () => {
    const base = document.createElement('base');
    base.href = '/media/';
    document.head.append(base);
    expect(new URL(serverUrl('/api/items')).pathname).toBe('/media/api/items');
  });

  it('repeat a name for a list and leave out what is absent', () => {
    expect(queryString({ tag: [1, -2], q: null, page: 3, all: undefined })).toBe('tag=1&tag=-2&page=3');
  });
});

describe('requests', () => {
  it('send and read JSON, and read nothing from an empty answer', async () => {
    const fetched = answer(200, { id: 1 });
    expect(await api.post('keys', { name: 'a' })).toEqual({ id: 1 });
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(String(url)).toContain('/api/keys');
    expect(init).toMatchObject({ method: 'POST', body: '{"name":"a"}' });
    fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
    expect(await api.delete('keys/1')).toBeUndefined();
  });

  it('turn a refusal into one kind of error with a code and a sentence', async () => {
    answer(400, {
      type: '/problems/bad_query',
      title: 'No',
      detail: 'sort: unknown',
      field: 'sort',
      reason: 'unknown sort',
    });
    const error = await failure(api.get('items'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: 'bad_query', field: 'sort', message: 'unknown sort' });
    expect(gates.signIn).not.toHaveBeenCalled();
  });

  it('explain even an answer that is not from us', async () => {
    vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(
      new Response('<html>', { status: 502, statusText: 'Bad Gateway' }),
    );
    expect(await failure(api.get('items'))).toMatchObject({ status: 502, code: '502', message: 'Bad Gateway' });
  });

  it('tell silence from refusal, and an abort from both', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(new TypeError('failed'));
    expect(await failure(api.get('items'))).toBeInstanceOf(OfflineError);
    fetched.mockRejectedValueOnce(new DOMException('stop', 'AbortError'));
    expect(await failure(api.get('items'))).toMatchObject({ name: 'AbortError' });
  });
});

describe('gates', () => {
  it('open for whoever is not signed in', async () => {
    answer(401, { code: 'not_signed_in' });
    await failure(api.get('items'));
    expect(gates.signIn).toHaveBeenCalledTimes(1);
  });

  it('stay shut for a screen, which signs in nowhere', async () => {
    for (const [status, code] of [
      [401, 'not_signed_in'],
      [401, undefined],
      [409, 'setup_required'],
    ] as const) {
      answer(status, { code });
      await failure(askScreen('ABCD-EFGH'));
    }
    expect(gates.signIn).not.toHaveBeenCalled();
    expect(gates.setup).not.toHaveBeenCalled();
  });

  it('lead to setup while the server waits for it, not on every conflict', async () => {
    answer(409, { code: 'conflict' });
    await failure(api.get('items'));
    expect(gates.setup).not.toHaveBeenCalled();
    answer(409, { code: 'setup_required' });
    await failure(api.get('items'));
    expect(gates.setup).toHaveBeenCalledTimes(1);
  });
});

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, renderHook } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { type Call, fakeServer } from '@/test/render';
import { itemWith } from './fixtures';
import { itemQuery } from './itemApi';
import { useReading } from './useWatch';
import type { Place } from './watch';

const item = itemWith({ pages: 10 });
const page = (number: number): Place => ({ said: { page: number }, fraction: (number + 1) / 10 });

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function reading() {
  const calls = fakeServer({
    'POST /api/items/7/progress': ({ body }: Call) => ({
      applied: true,
      counted: false,
      seconds: 0,
      position: null,
      me: { ...item.me, progress: ((body as { page: number }).page + 1) / 10, play_count: 3 },
    }),
  });
  const client = new QueryClient();
  client.setQueryData(itemQuery(7).queryKey, item);
  const hook = renderHook(({ at }) => useReading(item, page(at), at === 9), {
    initialProps: { at: 0 },
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  });
  const said = () => calls.map(({ body }) => [(body as { event: string }).event, (body as { page: number }).page]);
  const mine = () => client.getQueryData(itemQuery(7).queryKey)?.me;
  return { ...hook, said, mine };
}

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1000));

test('reading is told from the opening to the closing, with the newest page', async () => {
  const { rerender, unmount, said, mine } = reading();
  await pass(1);
  rerender({ at: 1 });
  rerender({ at: 2 });
  expect(said()).toEqual([['start', 0]]);
  await pass(21);
  expect(said().slice(1)).toEqual([
    ['ping', 2],
    ['ping', 2],
  ]);
  rerender({ at: 3 });
  unmount();
  await pass(1);
  expect(said().at(-1)).toEqual(['pause', 3]);
  expect(mine()).toMatchObject({ progress: 0.4, play_count: 3 });
});

test('the last page is told at once', async () => {
  const { rerender, said } = reading();
  await pass(1);
  rerender({ at: 9 });
  expect(said().at(-1)).toEqual(['ping', 9]);
});

test('who moves nothing for minutes has put the book down, until he takes it up again', async () => {
  const { said } = reading();
  await pass(200);
  expect(said().at(-1)).toEqual(['pause', 0]);
  const before = said().length;
  await pass(3600);
  expect(said()).toHaveLength(before);
  fireEvent.pointerDown(document.body);
  expect(said().at(-1)).toEqual(['start', 0]);
});

test('a hidden page is not read', async () => {
  const { said } = reading();
  await pass(1);
  const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
  fireEvent(document, new Event('visibilitychange'));
  expect(said().at(-1)?.[0]).toBe('pause');
  const before = said().length;
  await pass(120);
  expect(said()).toHaveLength(before);
  hidden.mockReturnValue('visible');
  fireEvent(document, new Event('visibilitychange'));
  expect(said().at(-1)?.[0]).toBe('start');
  hidden.mockRestore();
});

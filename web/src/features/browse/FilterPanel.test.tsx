import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browseSearch, parseBrowse } from '@/core/browseState';
import { parseSearchString, searchString } from '@/core/searchParams';
import { FilterPanel } from './FilterPanel';

const TAGS = [
  { id: 1, name: 'red', count: 1200 },
  { id: 2, name: 'blue', count: 30 },
];
const FACETS = { facets: { tag: { values: TAGS, total: 2 }, year: { values: [], total: 0 } }, total_count: 1230 };

/** The panel with the address it would write. */
function Panel() {
  const [address, setAddress] = useState('');
  const state = parseBrowse(parseSearchString(address));
  return (
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <output>{address}</output>
        <FilterPanel state={state} change={(update) => setAddress(searchString(browseSearch(update(state))))} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(JSON.stringify(FACETS)));
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const address = () => screen.getByRole('status').textContent;

describe('the filter panel', () => {
  it('takes a value in, turns it round and lets it go, click by click', async () => {
    render(<Panel />);
    const red = () => screen.getByRole('button', { name: /^red/ });
    await screen.findByText('1,200');
    await userEvent.click(red());
    expect(address()).toBe('?tag=1');
    expect(red()).toHaveAttribute('aria-pressed', 'true');
    await userEvent.click(red());
    expect(address()).toBe('?tag=-1');
    expect(red()).toHaveAccessibleName(/excluded/);
    await userEvent.click(red());
    expect(address()).toBe('');
  });

  it('excludes at once with Alt, and several values can all be required', async () => {
    render(<Panel />);
    const user = userEvent.setup();
    await screen.findByText('1,200');
    await user.keyboard('{Alt>}');
    await user.click(screen.getByRole('button', { name: /^blue/ }));
    await user.keyboard('{/Alt}');
    expect(address()).toBe('?tag=-2');
    await user.click(screen.getByRole('button', { name: /^blue/ }));
    await user.click(screen.getByRole('button', { name: /^red/ }));
    await user.click(screen.getByRole('button', { name: /^blue/ }));
    await user.click(screen.getByRole('radio', { name: 'All of them' }));
    expect(address()).toBe('?tag_all=1&tag_all=2');
    await user.click(screen.getByRole('button', { name: 'Clear' }));
    expect(address()).toBe('');
  });

  it('says of counts that are lower bounds that they are', async () => {
    const tag = { values: [...TAGS, { id: 3, name: 'rare', count: 0 }], total: 3, is_estimate: true };
    const answer = JSON.stringify({ facets: { tag }, total_count: 1230 });
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(answer));
    render(<Panel />);
    expect(await screen.findByRole('button', { name: /^red at least 1,200\+$/ })).toBeVisible();
    expect(screen.getByRole('button', { name: /^Tag\s*3\+$/ })).toBeVisible();
    expect(screen.getByRole('button', { name: /^rare/ })).not.toHaveAttribute('data-empty');
  });

  it('leaves out facets that have nothing to choose', async () => {
    render(<Panel />);
    await screen.findByText('1,200');
    expect(screen.queryByRole('heading', { name: /Year/ })).toBeNull();
  });
});

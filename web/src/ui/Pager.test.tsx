import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Pager } from './Pager';

function show(page: number, total: number): number[] {
  const asked: number[] = [];
  render(<Pager page={page} total={total} onPage={(next) => asked.push(next)} />, { wrapper: MantineProvider });
  return asked;
}

test('one page needs no leafing', () => {
  show(1, 1);
  show(1, 0);
  expect(screen.queryByRole('navigation')).toBeNull();
});

test('the ends are ends', async () => {
  const asked = show(1, 2);
  expect(screen.getByRole('button', { name: 'Previous page' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'Next page' }));
  expect(asked).toEqual([2]);
});

test('from past the end the way back leads to the last page there is', async () => {
  const asked = show(9, 3);
  expect(screen.getByRole('button', { name: 'Next page' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'Previous page' }));
  expect(asked).toEqual([3]);
});

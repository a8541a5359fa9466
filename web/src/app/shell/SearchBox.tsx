import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { router } from '../router';
import classes from './Shell.module.css';

const TYPING_PAUSE_MS = 250;

/** Searches the library. On the browse page the results follow the typing and every filter stays; elsewhere Enter goes there. */
export function SearchBox() {
  const { path, q } = useRouterState({
    select: (state) => ({ path: state.location.pathname, q: queryOf(state.location.search) }),
    structuralSharing: true,
  });
  const [text, setText] = useState(q);
  const timer = useRef(0);
  const browsing = path === '/browse';

  useEffect(() => setText(q), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    if (browsing) timer.current = window.setTimeout(() => search(value, true), TYPING_PAUSE_MS);
  };
  const submit = (value: string) => {
    clearTimeout(timer.current);
    search(value, browsing);
  };

  return (
    <search className={classes.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(text);
        }}
      >
        <TextInput
          data-search-box
          type="text"
          inputMode="search"
          enterKeyHint="search"
          aria-label="Search the library"
          placeholder="Search the library"
          autoComplete="off"
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          leftSection={<Search size={16} aria-hidden="true" />}
          rightSection={
            text ? (
              <CloseButton size="sm" aria-label="Clear the search" onClick={() => submit('')} />
            ) : (
              <Kbd size="xs" className={classes.slash} aria-hidden="true">
                /
              </Kbd>
            )
          }
        />
      </form>
    </search>
  );
}

function queryOf(search: object): string {
  const { q } = search as { q?: unknown };
  return typeof q === 'string' ? q : '';
}

/** Keeps the other filters when already browsing. A page number belongs to the old result, so it goes. */
function search(text: string, keep: boolean): void {
  const q = text.trim();
  void router.navigate({
    to: '/browse',
    search: (before) => {
      const { q: _, page: __, ...rest } = (keep ? before : {}) as Record<string, string>;
      return q ? { ...rest, q } : rest;
    },
    replace: keep,
  });
}

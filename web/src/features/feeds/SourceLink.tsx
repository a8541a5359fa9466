import { Anchor } from '@mantine/core';
import { ExternalLink } from 'lucide-react';
import classes from './Feeds.module.css';

/** The way to where a post comes from. Only the web, and without telling it who comes from where. */
export function SourceLink({ extra }: { extra: Readonly<Record<string, unknown>> }) {
  const host = hostOf(extra.url);
  if (!host) return null;
  return (
    <Anchor className={classes.source} href={String(extra.url)} target="_blank" rel="noopener noreferrer">
      <ExternalLink size={16} aria-hidden="true" /> Open at {host}
    </Anchor>
  );
}

function hostOf(url: unknown): string | null {
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) return null;
  try {
    return new URL(url).hostname.replace(/^www\./, '');
  } catch {
    return null;
  }
}

/** What a library's state means to the person who looks after it, and what there is to do. */
import { isRunning, isWaiting } from '@/api/jobs';
import type { Job, Library } from '@/api/types';
import { formatAgo } from '@/core/format';

export interface StateLook {
  label: string;
  tone: 'good' | 'busy' | 'bad' | 'plain';
  text: string;
}

/** Folders are scanned, mirrors synced, feeds read. */
export const WORDS: Record<Library['type'], { doing: string; due: string; done: string; now: string; noun: string }> = {
  folder: { doing: 'Scanning', due: 'Waiting to be scanned', done: 'Scanned', now: 'Scan now', noun: 'Scan' },
  stash: { doing: 'Syncing', due: 'Waiting to sync', done: 'Synced', now: 'Sync now', noun: 'Sync' },
  feed: { doing: 'Reading', due: 'Waiting to be read', done: 'Read', now: 'Read now', noun: 'Reading' },
};

export function stateLook(library: Library, scan: Job | null, now: number): StateLook {
  if (library.state === 'removing') return { label: 'Being removed', tone: 'busy', text: '' };
  const mirror = library.type === 'stash';
  const { doing, due, done } = WORDS[library.type];
  if (scan && isRunning(scan)) return { label: doing, tone: 'busy', text: '' };
  // A mirror goes on waiting for a server that is away: that it is away is what there is to know.
  if (scan && !(mirror && library.state === 'offline')) {
    return { label: due, tone: 'busy', text: '' };
  }
  const seen =
    library.scanned_at === null ? `Not ${done.toLowerCase()} yet` : `${done} ${formatAgo(library.scanned_at, now)}`;
  if (library.state === 'offline') return { label: 'Offline', tone: 'bad', text: library.state_reason ?? '' };
  return library.scanned_at === null
    ? { label: 'New', tone: 'plain', text: seen }
    : { label: 'Ready', tone: 'good', text: seen };
}

/** The scan (or sync) of this library that runs, or else the one that waits. */
export function scanOf(libraryId: number, jobs: readonly Job[]): Job | null {
  return liveOf(libraryId, jobs, ['scan', 'sync', 'feeds']);
}

/** The job that takes this library out, while it is at work. */
export function removalOf(libraryId: number, jobs: readonly Job[]): Job | null {
  return liveOf(libraryId, jobs, ['remove_library']);
}

function liveOf(libraryId: number, jobs: readonly Job[], kinds: readonly string[]): Job | null {
  const own = jobs.filter((job) => job.library_id === libraryId && kinds.includes(job.kind));
  return own.find(isRunning) ?? own.find(isWaiting) ?? null;
}

/** What a scan will do about the folders: read the new ones, take out what was in those that are left out. */
export function folderChanges(before: readonly string[], now: readonly string[]) {
  const plain = (folder: string) => (folder === '/' ? folder : folder.replace(/\/+$/, ''));
  const [old, wanted] = [before.map(plain), now.map(plain)];
  return {
    added: wanted.filter((folder) => !old.includes(folder)),
    left: old.filter((folder) => !wanted.includes(folder)),
  };
}

/** One folder a line, as people paste them. */
export function foldersIn(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

/** A first guess at the name: the last part of the first folder. */
export function nameFor(folders: readonly string[]): string {
  return (folders[0] ?? '').split('/').findLast(Boolean) ?? '';
}

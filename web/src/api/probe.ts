/** What the matter is with a file that an element refuses: an element only says that it cannot show it. */
import type { Problem } from './types';

export interface Refusal {
  trouble: 'unsupported' | 'missing' | 'network' | 'away';
  /** What the server said, where it said something a person can use. */
  reason: string;
}

export async function probeFile(url: string): Promise<Refusal> {
  try {
    const answer = await fetch(url, { headers: { range: 'bytes=0-0' } });
    if (answer.ok) {
      void answer.body?.cancel(); // one that ignores ranges would send all of it
      return { trouble: 'unsupported', reason: '' };
    }
    if (answer.status === 404) return { trouble: 'missing', reason: '' };
    return await refusalOf(answer);
  } catch {
    return { trouble: 'network', reason: '' };
  }
}

async function refusalOf(answer: Response): Promise<Refusal> {
  try {
    const problem = (await answer.json()) as Partial<Problem>;
    if (problem.code?.startsWith('source_')) return { trouble: 'away', reason: problem.detail ?? '' };
  } catch {
    // Not one of our answers: a proxy in between, perhaps.
  }
  return { trouble: 'network', reason: '' };
}

import { NotTriedYet, Trial, Trying, Verdict } from '@/ui/Verdict';
import { countsText, REMEDIES, TROUBLES } from './stashWords';
import type { Probed } from './useProbe';

/** What came of trying the server, while it is being entered. */
export function ProbeResult({ probed }: { probed: Probed }) {
  return (
    <Trial>
      <Said probed={probed} />
    </Trial>
  );
}

function Said({ probed: { found, trying, error, again } }: { probed: Probed }) {
  if (trying) return <Trying />;
  if (error) {
    return (
      <Verdict tone="bad" title="It cannot be tried" again={again}>
        <p>{error.message}</p>
      </Verdict>
    );
  }
  if (!found) return <NotTriedYet />;
  if (found.trouble) {
    return (
      <Verdict tone="bad" title={TROUBLES[found.trouble]} again={found.trouble === 'address' ? null : again}>
        <p>{[found.message, REMEDIES[found.trouble]].filter(Boolean).join(' ')}</p>
      </Verdict>
    );
  }
  return (
    <Verdict tone="good" title={`Stash ${found.version ?? 'of an unknown version'} answers`}>
      <p>{countsText(found.counts) || 'It holds nothing yet.'}</p>
      {found.missing.length > 0 && (
        <p>
          This version lacks {found.missing.slice(0, 4).join(', ')}
          {found.missing.length > 4 && ` and ${found.missing.length - 4} more`}; that is left out.
        </p>
      )}
    </Verdict>
  );
}

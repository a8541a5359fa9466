import { Button, Loader } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import classes from './Stash.module.css';
import { countsText, REMEDIES, TROUBLES } from './stashWords';
import type { Probed } from './useProbe';

/** What came of trying the server, while it is being entered. */
export function ProbeResult({ probed }: { probed: Probed }) {
  return (
    <div className={classes.probe} role="status" aria-live="polite">
      <Said probed={probed} />
    </div>
  );
}

function Said({ probed: { found, trying, error, again } }: { probed: Probed }) {
  if (trying) {
    return (
      <p className={classes.trying}>
        <Loader size={16} aria-hidden="true" /> Trying it …
      </p>
    );
  }
  if (error) return <Trouble title="It cannot be tried" text={error.message} again={again} />;
  if (!found)
    return (
      <p className={classes.hint}>It is tried as soon as there is an address. Nothing is kept before you add it.</p>
    );
  if (found.trouble) {
    const remedy = REMEDIES[found.trouble];
    return (
      <Trouble
        title={TROUBLES[found.trouble]}
        text={[found.message, remedy].filter(Boolean).join(' ')}
        again={found.trouble === 'address' ? null : again}
      />
    );
  }
  return (
    <div className={classes.verdict} data-tone="good">
      <CircleCheck size={18} aria-hidden="true" />
      <div>
        <strong>Stash {found.version ?? 'of an unknown version'} answers</strong>
        <p>{countsText(found.counts) || 'It holds nothing yet.'}</p>
        {found.missing.length > 0 && (
          <p>
            This version lacks {found.missing.slice(0, 4).join(', ')}
            {found.missing.length > 4 && ` and ${found.missing.length - 4} more`}; that is left out.
          </p>
        )}
      </div>
    </div>
  );
}

function Trouble({ title, text, again }: { title: string; text: string; again: (() => void) | null }) {
  return (
    <div className={classes.verdict} data-tone="bad">
      <CircleAlert size={18} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
      </div>
      {again && (
        <Button variant="default" size="xs" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  );
}

import { Fragment, useState } from 'react';
import type { Link } from '@/api/types';
import { creditLines } from '../facts';
import classes from '../ItemPage.module.css';
import { EntityLink } from './EntityLink';

const LINES = 3;
const NAMES = 8;

/** "By Vesta Orlan", "Read by …": the persons by role, the most important roles first. */
export function Credits({ links }: { links: readonly Link[] }) {
  const [all, setAll] = useState(false);
  const lines = creditLines(links);
  const long = lines.length > LINES || lines.some((line) => line.links.length > NAMES);
  return (
    <div className={classes.credits}>
      {(all ? lines : lines.slice(0, LINES)).map((line) => (
        <p key={`${line.label} ${line.links[0]?.role}`}>
          {line.label}{' '}
          {(all ? line.links : line.links.slice(0, NAMES)).map((link, place) => (
            <Fragment key={link.id}>
              {place > 0 && ', '}
              <EntityLink link={link} />
            </Fragment>
          ))}
        </p>
      ))}
      {long && (
        <button type="button" className={classes.textButton} onClick={() => setAll(!all)}>
          {all ? 'Fewer names' : 'All names'}
        </button>
      )}
    </div>
  );
}

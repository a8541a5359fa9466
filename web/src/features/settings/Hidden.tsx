import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { hiddenQuery } from '@/api/hiding';
import { plural } from '@/core/format';
import classes from './SettingsPage.module.css';

/** How much I hid, and the way to it. */
export function Hidden() {
  const { data } = useQuery(hiddenQuery(1, 1));
  const count = data?.pagination.total_count;
  return (
    <section className={classes.section} aria-labelledby="hidden">
      <h2 id="hidden">What you hid</h2>
      <div className={classes.row}>
        <span>{count === undefined ? '' : count === 0 ? 'Nothing' : plural(count, 'thing')}</span>
        <Button component={Link} to="/hidden" variant="default">
          Look at it
        </Button>
      </div>
    </section>
  );
}

import { Link } from '@tanstack/react-router';
import { DESTINATIONS } from './destinations';
import classes from './Shell.module.css';

export function Nav() {
  return (
    <nav className={classes.nav} aria-label="Main">
      {DESTINATIONS.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={classes.link}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          title={label}
        >
          <Icon size={18} strokeWidth={1.8} aria-hidden="true" />
          <span>{label}</span>
        </Link>
      ))}
    </nav>
  );
}

/** The bottom bar of narrow screens; hidden by style elsewhere, and hidden parts are not in the accessibility tree. */
export function Tabs() {
  return (
    <nav className={classes.tabs} aria-label="Main">
      {DESTINATIONS.filter((one) => one.onPhone).map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} className={classes.tab} activeOptions={{ exact: to === '/', includeSearch: false }}>
          <Icon size={20} strokeWidth={1.8} aria-hidden="true" />
          {label}
        </Link>
      ))}
    </nav>
  );
}

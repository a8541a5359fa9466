import { Link } from '@tanstack/react-router';
import { ADMIN_DESTINATIONS, DESTINATIONS } from './destinations';
import classes from './Shell.module.css';

export function Nav({ admin }: { admin: boolean }) {
  return (
    <nav className={classes.nav} aria-label="Main">
      {DESTINATIONS.map((one) => (
        <NavLink key={one.to} destination={one} />
      ))}
      {admin && (
        <>
          <h2 className={classes.navGroup}>
            <span>Administration</span>
          </h2>
          {ADMIN_DESTINATIONS.map((one) => (
            <NavLink key={one.to} destination={one} />
          ))}
        </>
      )}
    </nav>
  );
}

function NavLink({ destination: { to, label, icon: Icon } }: { destination: (typeof DESTINATIONS)[number] }) {
  return (
    <Link to={to} className={classes.link} activeOptions={{ exact: to === '/', includeSearch: false }} title={label}>
      <Icon size={18} strokeWidth={1.8} aria-hidden="true" />
      <span>{label}</span>
    </Link>
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

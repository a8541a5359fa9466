import {
  Activity,
  ChartColumn,
  History,
  House,
  LayoutGrid,
  Library,
  ListMusic,
  type LucideIcon,
  MonitorPlay,
  Settings,
  ShieldCheck,
  Tags,
  UserCog,
  Users,
} from 'lucide-react';

interface Destination {
  to:
    | '/'
    | '/browse'
    | '/persons'
    | '/tags'
    | '/libraries'
    | '/playlists'
    | '/displays'
    | '/history'
    | '/statistics'
    | '/jobs'
    | '/settings'
    | '/users'
    | '/profiles';
  label: string;
  icon: LucideIcon;
  keys: string;
  /** The bottom bar of a phone has room for five. */
  onPhone: boolean;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: '/', label: 'Home', icon: House, keys: 'g h', onPhone: true },
  { to: '/browse', label: 'Browse', icon: LayoutGrid, keys: 'g b', onPhone: true },
  { to: '/persons', label: 'People', icon: Users, keys: 'g p', onPhone: true },
  { to: '/tags', label: 'Tags', icon: Tags, keys: 'g t', onPhone: false },
  { to: '/playlists', label: 'Playlists', icon: ListMusic, keys: 'g o', onPhone: false },
  { to: '/libraries', label: 'Libraries', icon: Library, keys: 'g l', onPhone: true },
  { to: '/history', label: 'History', icon: History, keys: 'g y', onPhone: false },
  { to: '/statistics', label: 'Statistics', icon: ChartColumn, keys: 'g c', onPhone: false },
  { to: '/jobs', label: 'Activity', icon: Activity, keys: 'g j', onPhone: false },
  { to: '/settings', label: 'Settings', icon: Settings, keys: 'g s', onPhone: true },
];

/** For administrators. */
export const ADMIN_DESTINATIONS: readonly Destination[] = [
  { to: '/displays', label: 'Displays', icon: MonitorPlay, keys: 'g d', onPhone: false },
  { to: '/users', label: 'Users', icon: UserCog, keys: 'g u', onPhone: false },
  { to: '/profiles', label: 'Profiles', icon: ShieldCheck, keys: 'g r', onPhone: false },
];

import { Activity, LayoutGrid, Library, type LucideIcon, Settings, Tags, Users } from 'lucide-react';

interface Destination {
  to: '/' | '/persons' | '/tags' | '/libraries' | '/jobs' | '/settings';
  label: string;
  icon: LucideIcon;
  keys: string;
  /** The bottom bar of a phone has room for five. */
  onPhone: boolean;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: '/', label: 'Browse', icon: LayoutGrid, keys: 'g b', onPhone: true },
  { to: '/persons', label: 'People', icon: Users, keys: 'g p', onPhone: true },
  { to: '/tags', label: 'Tags', icon: Tags, keys: 'g t', onPhone: true },
  { to: '/libraries', label: 'Libraries', icon: Library, keys: 'g l', onPhone: true },
  { to: '/jobs', label: 'Activity', icon: Activity, keys: 'g j', onPhone: false },
  { to: '/settings', label: 'Settings', icon: Settings, keys: 'g s', onPhone: true },
];

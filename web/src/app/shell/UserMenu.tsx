import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  Activity,
  ChartColumn,
  CircleUser,
  EyeOff,
  History,
  Keyboard,
  ListMusic,
  LogOut,
  MonitorPlay,
  Moon,
  ShieldCheck,
  Sun,
  UserCog,
} from 'lucide-react';
import { signOut } from '@/api/session';
import type { User } from '@/api/types';

export function UserMenu({ user, onHelp }: { user: User | null; onHelp: () => void }) {
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async () => {
    await signOut();
    client.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size={40} radius="xl" aria-label="Your menu">
          <CircleUser size={22} strokeWidth={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user && <Menu.Label>{user.name}</Menu.Label>}
        <Menu.Item
          leftSection={colorScheme === 'dark' ? <Sun size={16} /> : <Moon size={16} />}
          onClick={toggleColorScheme}
        >
          {colorScheme === 'dark' ? 'Light theme' : 'Dark theme'}
        </Menu.Item>
        <Menu.Item leftSection={<ListMusic size={16} />} onClick={() => void navigate({ to: '/playlists' })}>
          Playlists
        </Menu.Item>
        <Menu.Item leftSection={<History size={16} />} onClick={() => void navigate({ to: '/history' })}>
          History
        </Menu.Item>
        <Menu.Item leftSection={<ChartColumn size={16} />} onClick={() => void navigate({ to: '/statistics' })}>
          Statistics
        </Menu.Item>
        <Menu.Item leftSection={<Activity size={16} />} onClick={() => void navigate({ to: '/jobs' })}>
          Activity
        </Menu.Item>
        <Menu.Item leftSection={<EyeOff size={16} />} onClick={() => void navigate({ to: '/hidden' })}>
          What you hid
        </Menu.Item>
        {user?.admin && (
          <>
            <Menu.Item leftSection={<MonitorPlay size={16} />} onClick={() => void navigate({ to: '/displays' })}>
              Displays
            </Menu.Item>
            <Menu.Item leftSection={<UserCog size={16} />} onClick={() => void navigate({ to: '/users' })}>
              Users
            </Menu.Item>
            <Menu.Item leftSection={<ShieldCheck size={16} />} onClick={() => void navigate({ to: '/profiles' })}>
              Profiles
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<Keyboard size={16} />} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        {user && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<LogOut size={16} />} onClick={() => void leave()}>
              Sign out
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

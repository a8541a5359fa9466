import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { CircleUser, EyeOff, Keyboard, LogOut, Moon, Sun } from 'lucide-react';
import type { User } from '@/api/types';
import { useSignOut } from '@/ui/useSignOut';
import { ADMIN_DESTINATIONS, DESTINATIONS } from './destinations';

/** What is the person's own; on a phone also the places its bottom bar has no room for. */
export function UserMenu({ user, onHelp }: { user: User | null; onHelp: () => void }) {
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const leave = useSignOut();
  const phone = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const places = [...DESTINATIONS, ...(user?.admin ? ADMIN_DESTINATIONS : [])].filter(({ onPhone }) => !onPhone);
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
        {phone &&
          places.map(({ to, label, icon: Icon }) => (
            <Menu.Item key={to} leftSection={<Icon size={16} />} onClick={() => void navigate({ to })}>
              {label}
            </Menu.Item>
          ))}
        <Menu.Item leftSection={<EyeOff size={16} />} onClick={() => void navigate({ to: '/hidden' })}>
          What you hid
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={16} />} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        {user && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<LogOut size={16} />} onClick={leave}>
              Sign out
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

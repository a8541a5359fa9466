import { ActionIcon } from '@mantine/core';
import { EyeOff } from 'lucide-react';
import type { Entity } from '@/api/types';
import { useHideEntity } from './useHideEntity';

interface HideEntityButtonProps extends Pick<Entity, 'kind' | 'id' | 'name'> {
  className: string | undefined;
}

/** For the pointer, on a card; out of the tab order, because the keyboard has a key for it. */
export function HideEntityButton({ kind, id, name, className }: HideEntityButtonProps) {
  const hide = useHideEntity();
  return (
    <ActionIcon
      size={24}
      tabIndex={-1}
      className={className ?? ''}
      aria-label={`Hide ${name} from me`}
      title="Hide from me"
      onClick={() => void hide({ kind, id, name })}
    >
      <EyeOff size={14} aria-hidden="true" />
    </ActionIcon>
  );
}

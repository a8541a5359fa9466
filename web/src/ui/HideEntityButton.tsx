import { ActionIcon } from '@mantine/core';
import { EyeOff } from 'lucide-react';
import type { Entity } from '@/api/types';
import { useHideEntity } from './useHideEntity';

interface HideEntityButtonProps extends Pick<Entity, 'kind' | 'id' | 'name'> {
  onHidden?: () => void;
  className?: string | undefined;
  /** Out of the tab order, where the keyboard has a key for it. */
  tabIndex?: number;
}

export function HideEntityButton({ kind, id, name, onHidden, className, tabIndex }: HideEntityButtonProps) {
  const hide = useHideEntity();
  return (
    <ActionIcon
      size={24}
      tabIndex={tabIndex ?? 0}
      className={className ?? ''}
      aria-label={`Hide ${name} from me`}
      title="Hide from me"
      onClick={() => void hide({ kind, id, name }).then((worked) => worked && onHidden?.())}
    >
      <EyeOff size={14} aria-hidden="true" />
    </ActionIcon>
  );
}

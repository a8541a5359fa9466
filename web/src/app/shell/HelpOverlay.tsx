import { Kbd, Modal } from '@mantine/core';
import { Fragment, useEffect, useRef } from 'react';
import type { Binding } from '@/core/keymap';
import { useBindings } from '@/ui/keys';
import classes from './Shell.module.css';

/** Prints the bindings that are live on the page behind it, so it can never be out of date. */
export default function HelpOverlay({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const groups = grouped(useBindings());
  useFocusReturn(opened);
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size="lg">
      <div className={classes.help}>
        {[...groups].map(([group, bindings]) => (
          <section key={group} className={classes.helpGroup}>
            <h3>{group}</h3>
            {bindings.map((binding) => (
              <Row key={binding.keys.join()} binding={binding} />
            ))}
          </section>
        ))}
      </div>
    </Modal>
  );
}

/** Loaded on first use, the dialog mounts already open and does not know where the focus was; this does. */
function useFocusReturn(opened: boolean): void {
  const owner = useRef<Element | null>(opened ? document.activeElement : null);
  useEffect(() => {
    if (opened) return;
    if (owner.current instanceof HTMLElement) owner.current.focus({ preventScroll: true });
    owner.current = null;
  }, [opened]);
}

function grouped(bindings: readonly Binding[]): Map<string, Binding[]> {
  const groups = new Map<string, Binding[]>();
  for (const one of bindings) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}

/** Of a run such as 0 to 5 its ends; of a few that mean the same, all. */
function shownKeys(keys: readonly string[]): readonly string[] {
  const [first] = keys;
  const last = keys.at(-1);
  return keys.length > 3 && first !== undefined && last !== undefined ? [first, last] : keys;
}

function Row({ binding }: { binding: Binding }) {
  return (
    <div className={classes.helpRow}>
      <span>{binding.label}</span>
      <span className={classes.helpKeys}>
        {shownKeys(binding.keys).map((keys, place, { length }) => (
          <Fragment key={keys}>
            {place > 0 && (length < binding.keys.length ? ' to ' : ' or ')}
            {keys.split(' ').map((step) => (
              <Kbd key={step} size="sm">
                {step.replace('ctrl+', 'Ctrl ').replace('shift+', '⇧ ').replace('alt+', 'Alt ').replace('Arrow', '')}
              </Kbd>
            ))}
          </Fragment>
        ))}
      </span>
    </div>
  );
}

import { Button, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { serverUrl } from '@/api/client';
import { CopyButton } from '@/ui/CopyButton';
import classes from './Stash.module.css';
import { changeHook, type MirrorStatus, stashQuery } from './stashApi';

/** The address Stash's plugin calls when something changes there. */
export function HookCard({ status }: { status: MirrorStatus }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const change = useMutation({
    mutationFn: () => changeHook(status.library_id),
    onSuccess: (changed) => {
      setAsking(false);
      client.setQueryData(stashQuery(status.library_id).queryKey, changed);
      notifications.show({ message: 'The address is another one now. Enter it in the plugin’s settings.' });
    },
  });
  const address = new URL(serverUrl(status.hook.slice(1)), document.baseURI).href;
  return (
    <section className={classes.card} aria-labelledby="hook">
      <h2 id="hook">Webhook</h2>
      <p className={classes.hint}>
        The Longshelf plugin for Stash calls this address, so that a change is here within seconds. Whoever knows it can
        ask for a sync, and nothing else.
      </p>
      <div className={classes.hook}>
        <code>{address}</code>
        <CopyButton text={address} label="Copy the address" />
      </div>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        Another address
      </Button>
      {asking && (
        <Modal opened onClose={() => setAsking(false)} title="Give it another address?">
          <Text>
            The one there is stops working at once. Until the plugin has the new one, changes wait for the next poll.
          </Text>
          {change.error && <p role="alert">{change.error.message}</p>}
          <div className={classes.end}>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              Keep it
            </Button>
            <Button loading={change.isPending} onClick={() => change.mutate()}>
              Change it
            </Button>
          </div>
        </Modal>
      )}
    </section>
  );
}

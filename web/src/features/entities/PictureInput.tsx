import { Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Images, ImageUp, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { announceEdits, entityQuery } from '@/api/editing';
import { rowQuery } from '@/api/rows';
import type { Entity } from '@/api/types';
import { Cover, coverUrl } from '@/ui/Cover';
import classes from './PictureInput.module.css';
import { removePicture, sendPicture, takePicture } from './pictures';

/** Saved at once, unlike the fields beside it: a picture is a thing by itself. */
export function PictureInput({ entity }: { entity: Entity }) {
  const client = useQueryClient();
  const { data: shown = entity } = useQuery({ ...entityQuery(entity.kind, entity.id), initialData: entity });
  const [choosing, setChoosing] = useState(false);
  const change = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSuccess: () => {
      setChoosing(false);
      announceEdits(client);
    },
  });
  const send = (file: File | null) => file && change.mutate(() => sendPicture(entity, file));
  return (
    <div className={classes.input}>
      {shown.image ? (
        <img className={classes.shown} src={coverUrl(shown.image, 192)} alt="" />
      ) : (
        <div className={classes.shown} aria-hidden="true" />
      )}
      <Stack gap={6} className={classes.side}>
        <Text size="sm" fw={600}>
          Picture
        </Text>
        <Group gap="xs">
          <FileButton onChange={send} accept="image/*">
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                leftSection={<ImageUp size={14} />}
                loading={change.isPending}
              >
                Upload…
              </Button>
            )}
          </FileButton>
          {entity.item_count > 0 && (
            <Button
              size="xs"
              variant="default"
              leftSection={<Images size={14} />}
              aria-expanded={choosing}
              onClick={() => setChoosing(!choosing)}
            >
              From an item
            </Button>
          )}
          {shown.image_given && (
            <Button
              size="xs"
              variant="default"
              leftSection={<Trash2 size={14} />}
              onClick={() => change.mutate(() => removePicture(entity))}
            >
              Remove
            </Button>
          )}
        </Group>
        {change.error && (
          <Text size="sm" c="red" role="alert">
            {change.error.message}
          </Text>
        )}
        {choosing && <Covers entity={entity} onChoose={(itemId) => change.mutate(() => takePicture(entity, itemId))} />}
      </Stack>
    </div>
  );
}

function Covers({ entity, onChoose }: { entity: Entity; onChoose: (itemId: number) => void }) {
  const { data } = useQuery(rowQuery('items', `${entity.kind}=${entity.id}`));
  const pictured = data?.items.filter(({ cover }) => cover) ?? [];
  if (data && pictured.length === 0) return <Text size="sm">None of its newest items has a picture.</Text>;
  return (
    <ul className={classes.covers}>
      {pictured.map((item) => (
        <li key={item.id}>
          <button type="button" aria-label={`The picture of ${item.title}`} onClick={() => onChoose(item.id)}>
            <Cover item={item} width={64} ratio={1} lazy />
          </button>
        </li>
      ))}
    </ul>
  );
}

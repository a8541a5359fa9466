import { Button, VisuallyHidden } from '@mantine/core';
import { Layers, Plus } from 'lucide-react';
import { useRef } from 'react';
import { api } from '@/api/client';
import { addBlock, type Block, type BlockWords, type Playlist } from '@/api/playlists';
import { EmptyState } from '@/ui/States';
import { moved, useSorting } from '@/ui/useSorting';
import { BlockCard, ReadBlock } from './BlockCard';
import classes from './Playlists.module.css';
import type { Editing } from './useEditing';
import { NEW_BLOCK, nameOfBlock } from './words';

interface BlocksEditorProps {
  playlist: Playlist;
  editing: Editing;
}

/** The blocks of a playlist in the order in which a display plays them, over and over. */
export default function BlocksEditor({ playlist, editing }: BlocksEditorProps) {
  const { blocks } = playlist;
  const list = useRef<HTMLOListElement>(null);
  const edits = useBlockEdits(playlist, editing);
  const of = (id: number) => blocks.find((block) => block.id === id);
  const nameOf = (id: number) => {
    const block = of(id);
    return block ? nameOfBlock(block) : '';
  };
  const sorting = useSorting({ list, ids: blocks.map(({ id }) => id), nameOf, onMove: edits.move });
  if (!playlist.editable) {
    return (
      <ol className={classes.blocks} aria-label="Blocks">
        {blocks.map((block, at) => (
          <ReadBlock key={block.id} block={block} number={at + 1} onDisplay={playlist.display_id !== null} />
        ))}
      </ol>
    );
  }
  const add = (
    <Button
      variant={blocks.length === 0 ? 'filled' : 'default'}
      leftSection={<Plus size={16} aria-hidden="true" />}
      onClick={() => {
        void edits.add(NEW_BLOCK);
        sorting.say(`Block ${blocks.length + 1} added at the end`);
      }}
    >
      Add a block
    </Button>
  );
  return (
    <>
      {blocks.length === 0 && (
        <EmptyState icon={Layers} title="No blocks yet" action={add}>
          A block is a search that stays up to date. A display plays so many items of each, one block after the other,
          and begins again.
        </EmptyState>
      )}
      <ol ref={list} className={classes.blocks} aria-label="Blocks">
        {sorting.shown.map((id) => {
          const block = of(id);
          if (!block) return null;
          const at = blocks.indexOf(block);
          return (
            <BlockCard
              key={id}
              block={block}
              at={at}
              last={blocks.length - 1}
              displayId={playlist.display_id}
              dragged={sorting.dragged === id}
              handle={sorting.handle(id)}
              onMove={(to) => sorting.move(id, to)}
              onChange={(words) => void edits.change(id, words)}
              onRemove={() => {
                sorting.leave(id);
                void edits.remove(id);
                sorting.say(`${nameOf(id)} removed`);
              }}
            />
          );
        })}
      </ol>
      {blocks.length > 0 && add}
      <VisuallyHidden role="status">{sorting.said}</VisuallyHidden>
    </>
  );
}

function useBlockEdits({ id, blocks }: Playlist, { run }: Editing) {
  const path = `playlists/${id}/blocks`;
  const withBlocks = (change: (before: Block[]) => Block[]) => (before: Playlist) => ({
    ...before,
    blocks: change(before.blocks),
  });
  return {
    add: (words: BlockWords) => run({ send: (version) => addBlock(id, words, version) }),
    change: (blockId: number, words: Partial<BlockWords>) =>
      run({
        send: (version) => api.patch(`${path}/${blockId}`, { ...words, version }),
        shown: withBlocks((before) => before.map((one) => (one.id === blockId ? { ...one, ...words } : one))),
      }),
    remove: (blockId: number) =>
      run({
        send: (version) => api.delete(`${path}/${blockId}`, { query: { version } }),
        shown: withBlocks((before) => before.filter((one) => one.id !== blockId)),
      }),
    move: (blockId: number, to: number) => {
      const from = blocks.findIndex((one) => one.id === blockId);
      const ids = moved(blocks, from, to).map((one) => one.id);
      void run({
        send: (version) => api.put(`${path}/order`, { ids, version }),
        shown: withBlocks((before) => ids.flatMap((one) => before.find((block) => block.id === one) ?? [])),
      });
    },
  };
}

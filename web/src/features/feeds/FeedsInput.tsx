import { Button, FileButton, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { FeedProbeResult, type Probed } from './FeedProbeResult';
import classes from './Feeds.module.css';
import { feedProbeQuery, type NewFeeds } from './feedsApi';
import { addressesIn, looksLikeAddress } from './feedWords';

const TYPING_MS = 500;

export interface Chosen extends NewFeeds {
  text: string;
  fileName: string;
}

export const NOTHING: Chosen = { urls: [], opml: '', text: '', fileName: '' };

/** What came of trying the one address that is entered, a moment after the last key was pressed. */
export function useFeedProbe({ urls, opml }: NewFeeds): Probed {
  const url = urls.length === 1 && opml === '' ? (urls[0] ?? '') : '';
  const [settled] = useDebouncedValue(url, TYPING_MS);
  const worth = looksLikeAddress(url);
  const current = settled === url;
  const query = useQuery({ ...feedProbeQuery(settled), enabled: worth && current });
  return {
    found: worth && current ? (query.data ?? null) : null,
    trying: worth && (!current || query.isFetching),
    error: worth && current ? query.error : null,
    again: () => void query.refetch(),
  };
}

interface FeedsInputProps {
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
  probed: Probed;
  problem: string | null;
}

/** Addresses, one a line, or the list of subscriptions of another reader. */
export function FeedsInput({ chosen, onChange, probed, problem }: FeedsInputProps) {
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const take = async (file: File | null) => {
    if (!file) return;
    try {
      onChange({ ...chosen, opml: await file.text(), fileName: file.name });
      setUnreadable(null);
    } catch {
      setUnreadable(`${file.name} cannot be read.`);
    }
  };
  return (
    <>
      <Textarea
        data-autofocus
        label="Addresses"
        description="Of RSS, Atom or JSON feeds and podcasts, one a line."
        placeholder="https://example.org/feed.xml"
        autosize
        minRows={2}
        maxRows={8}
        inputMode="url"
        spellCheck={false}
        autoCapitalize="off"
        value={chosen.text}
        error={problem ?? unreadable}
        onChange={({ currentTarget: { value } }) => onChange({ ...chosen, text: value, urls: addressesIn(value) })}
      />
      <div className={classes.file}>
        <FileButton accept=".opml,.xml,text/x-opml,text/xml" onChange={(file) => void take(file)}>
          {(props) => (
            <Button {...props} variant="default" size="xs" leftSection={<FileUp size={15} />}>
              {chosen.fileName || 'Take from an OPML file'}
            </Button>
          )}
        </FileButton>
        {chosen.fileName && (
          <Button
            variant="subtle"
            size="xs"
            onClick={() => onChange({ ...chosen, opml: '', fileName: '' })}
            aria-label={`Leave out ${chosen.fileName}`}
          >
            Leave out
          </Button>
        )}
      </div>
      <FeedProbeResult probed={probed} many={chosen.urls.length > 1 || chosen.opml !== ''} />
    </>
  );
}

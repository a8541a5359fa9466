import { NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { serverUrl } from '@/api/client';
import { changeDisplay, type Display, type DisplayChanges, hearDisplay, renewDisplays } from '@/api/displays';
import type { Fit } from '@/api/screens';
import { CopyButton } from '@/ui/CopyButton';
import links from '@/ui/Link.module.css';
import { spelledCode } from '@/ui/pairingCode';
import { reportRefusal } from '@/ui/useItemKeys';
import classes from './Displays.module.css';
import { PersonSelect } from './PersonSelect';
import { personProblem } from './words';

const LONGEST_DWELL = 86_400;
const FITS: { value: Fit; label: string }[] = [
  { value: 'contain', label: 'Show whole' },
  { value: 'cover', label: 'Fill' },
];
const TURNS = [0, 90, 180, 270] as const;

/** How a display hangs and as whom it plays. Saved as it is changed. */
export default function Settings({ display }: { display: Display }) {
  const client = useQueryClient();
  const { mutate } = useMutation({
    scope: { id: `display-${display.id}` },
    mutationFn: (changes: DisplayChanges) => changeDisplay(display.id, changes),
    onSuccess: (changed) => hearDisplay(client, changed),
    onError: (error) => {
      reportRefusal(error);
      void renewDisplays(client);
    },
  });
  const { settings, user } = display;
  const code = spelledCode(display.code);
  return (
    <section className={classes.card} aria-label="Settings">
      <h2>Settings</h2>
      <Name display={display} onChange={(name) => mutate({ name })} />
      <PersonSelect
        value={user?.id ?? null}
        name={user?.name}
        problem={personProblem(display)}
        onChange={(id) => mutate({ user_id: id })}
      />
      <Dwell seconds={settings.dwell} onChange={(dwell) => mutate({ settings: { dwell } })} />
      <fieldset className={classes.choice}>
        <legend>Pictures and films</legend>
        <SegmentedControl
          fullWidth
          aria-label="Pictures and films"
          data={FITS}
          value={settings.fit}
          onChange={(fit) => mutate({ settings: { fit } })}
        />
      </fieldset>
      <fieldset className={classes.choice}>
        <legend>Turned clockwise by</legend>
        <SegmentedControl
          fullWidth
          aria-label="Turned clockwise by"
          data={TURNS.map((turn) => ({ value: String(turn), label: `${turn}°` }))}
          value={String(settings.rotate)}
          onChange={(chosen) => {
            const rotate = TURNS.find((turn) => String(turn) === chosen);
            if (rotate !== undefined) mutate({ settings: { rotate } });
          }}
        />
      </fieldset>
      <div className={classes.code}>
        <span className={classes.facts}>
          Code of this screen: <b>{code}</b>
        </span>
        <CopyButton text={code} label="Copy the code" />
        <a href={serverUrl(`screen#${code}`)} target="_blank" rel="noreferrer" className={links.see}>
          Open the screen here
          <ExternalLink size={13} aria-hidden="true" />
        </a>
      </div>
    </section>
  );
}

function Name({ display, onChange }: { display: Display; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const save = () => {
    const name = typed?.trim();
    if (name && name !== display.name) onChange(name);
    setTyped(null);
  };
  return (
    <TextInput
      label="Name"
      maxLength={200}
      value={typed ?? display.name}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}

function Dwell({ seconds, onChange }: { seconds: number; onChange: (seconds: number) => void }) {
  const [typed, setTyped] = useState<number | string | null>(null);
  const save = () => {
    const wanted = Number(typed);
    if (typed !== null && wanted >= 1 && wanted <= LONGEST_DWELL && wanted !== seconds) onChange(wanted);
    setTyped(null);
  };
  return (
    <NumberInput
      label="Seconds a picture stands"
      description="Unless its block says otherwise."
      min={1}
      max={LONGEST_DWELL}
      allowNegative={false}
      value={typed ?? seconds}
      onChange={setTyped}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}

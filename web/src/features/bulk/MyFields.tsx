import { SegmentedControl } from '@mantine/core';
import { useId } from 'react';
import classes from './Bulk.module.css';
import type { MyForm } from './myChanges';

const YES_NO = ['favorite', 'watched', 'hidden'] as const;
const LOOKS = {
  favorite: { title: 'Favourite', yes: 'Yes', no: 'No' },
  watched: { title: 'Watched', yes: 'Watched', no: 'Not watched' },
  hidden: { title: 'Hidden', yes: 'Hide', no: 'Show' },
  rating: { title: 'My rating' },
} as const;
const STARS = ['1', '2', '3', '4', '5'] as const;

interface MyFieldsProps {
  form: MyForm;
  onChange: (form: MyForm) => void;
}

/** What I say about all of them; the first choice leaves it as it is. */
export function MyFields({ form, onChange }: MyFieldsProps) {
  return (
    <div className={classes.mine}>
      {YES_NO.map((field) => (
        <Choice
          key={field}
          title={LOOKS[field].title}
          value={form[field]}
          options={[
            { value: 'yes', label: LOOKS[field].yes },
            { value: 'no', label: LOOKS[field].no },
          ]}
          onChange={(value) => onChange({ ...form, [field]: value })}
        />
      ))}
      <Choice
        title={LOOKS.rating.title}
        value={form.rating}
        options={[{ value: 'none', label: 'None' }, ...STARS.map((stars) => ({ value: stars, label: `${stars}★` }))]}
        onChange={(value) => onChange({ ...form, rating: value as MyForm['rating'] })}
      />
      {form.watched === 'no' && (
        <p className={classes.note}>Plays and progress of these items go. Undo brings them back.</p>
      )}
      {form.hidden === 'yes' && (
        <p className={classes.note}>Hidden items leave all your lists. Settings show what you have hidden.</p>
      )}
    </div>
  );
}

interface ChoiceProps {
  title: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Choice({ title, value, options, onChange }: ChoiceProps) {
  const label = useId();
  return (
    <div className={classes.choice}>
      <span id={label}>{title}</span>
      <SegmentedControl
        size="xs"
        aria-labelledby={label}
        value={value}
        onChange={onChange}
        data={[{ value: '', label: 'Leave' }, ...options]}
      />
    </div>
  );
}

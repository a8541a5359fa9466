import { NumberInput } from '@mantine/core';
import { pollProblem, pollText } from './stashWords';

interface PollInputProps {
  value: number | string;
  onChange: (value: number | string) => void;
}

/** How often changes are asked for. */
export function PollInput({ value, onChange }: PollInputProps) {
  const problem = pollProblem(value);
  return (
    <NumberInput
      label="Ask for changes every"
      suffix=" minutes"
      description={
        problem
          ? 'From 5 minutes to a week.'
          : `That is ${pollText(Number(value))}. Each look makes Stash read a whole table, so more often burdens it more.`
      }
      min={5}
      max={10_080}
      step={5}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      value={value}
      error={problem}
      onChange={onChange}
    />
  );
}

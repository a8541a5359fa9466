import { Alert, Button } from '@mantine/core';
import classes from './FormEnd.module.css';

interface FormEndProps {
  /** What was refused for a reason that no field shows. */
  error?: string | null | undefined;
  action: string;
  busy: boolean;
  disabled?: boolean;
  onCancel: () => void;
}

/** The end of a form in a dialog: what went wrong, the way out, and what it is for. */
export function FormEnd({ error, action, busy, disabled = false, onCancel }: FormEndProps) {
  return (
    <>
      {error && (
        <Alert color="red" role="alert" mt="md">
          {error}
        </Alert>
      )}
      <div className={classes.end}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" loading={busy} disabled={disabled}>
          {action}
        </Button>
      </div>
    </>
  );
}

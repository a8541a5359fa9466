import { CODE_LENGTH, spelledCode } from '@/ui/pairingCode';

/** `/screen#ABCD-EFGH` opens the screen of that code; behind `#` it is sent to nobody, and it does not stay in the address. */
export function codeInAddress(): string | undefined {
  const code = spelledCode(decodeURIComponent(location.hash.slice(1)));
  if (code.length !== CODE_LENGTH + 1) return undefined;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

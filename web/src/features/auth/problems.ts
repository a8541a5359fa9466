/** Why the sign-in service's way in did not work, by the word in the address. */
const PROBLEMS: Record<string, string> = {
  denied: 'Signing in was called off there.',
  expired: 'That took too long. Try again.',
  unavailable: 'The sign-in service cannot be reached now. Try again later.',
  refused: 'The answer of the sign-in service could not be trusted, so it was not used. Try again.',
  unknown: 'Nobody here belongs to that account. Ask an administrator to add you.',
  name_taken: 'Somebody here has your name already. Ask an administrator to rename one of you.',
  disabled: 'Your account is disabled. Ask an administrator.',
};

export function problemWords(problem: string): string {
  return PROBLEMS[problem] ?? 'Signing in there did not work. Try again.';
}

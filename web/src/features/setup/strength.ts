/** How well a password resists guessing, roughly: length counts most, and what guessers try first counts against it. */

export const SHORTEST = 8;

export interface Strength {
  /** 0 too short … 4 strong. */
  level: 0 | 1 | 2 | 3 | 4;
  hint: string;
}

const COMMON =
  /^(?:pass(?:word|wort)?|admin|longshelf|letmein|welcome|qwerty\w*|iloveyou|secret|changeme|abc)[\d!.?_-]*$/i;
const RUNS = 'abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm';

export function strengthOf(password: string, name: string): Strength {
  if (password.length < SHORTEST) {
    const missing = SHORTEST - password.length;
    return { level: 0, hint: `At least ${SHORTEST} characters: ${missing} more` };
  }
  if (COMMON.test(password)) return { level: 1, hint: 'This is among the first that are guessed' };
  if (name.length > 2 && password.toLowerCase().includes(name.toLowerCase())) {
    return { level: 1, hint: 'It contains your name' };
  }
  const worth = differentCharacters(password) + kinds(password) * 2 - runs(password) * 2;
  if (worth < 9) return { level: 1, hint: 'Easily guessed: a few unrelated words make a better one' };
  if (worth < 13) return { level: 2, hint: 'Fair: longer is better than stranger' };
  if (worth < 18) return { level: 3, hint: 'Good' };
  return { level: 4, hint: 'Strong' };
}

function differentCharacters(password: string): number {
  // A sentence repeats letters and is strong all the same, so length counts for itself too.
  return new Set(password).size + Math.max(0, password.length - 10) / 2;
}

function kinds(password: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length - 1;
}

/** How many triples are neighbours on the keyboard or in the alphabet, or the same thrice. */
function runs(password: string): number {
  const text = password.toLowerCase();
  let found = 0;
  for (let at = 0; at + 3 <= text.length; at += 1) {
    const triple = text.slice(at, at + 3);
    if (RUNS.includes(triple) || new Set(triple).size === 1) found += 1;
  }
  return found;
}

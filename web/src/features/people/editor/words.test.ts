import { describe, expect, test } from 'vitest';
import type { Rule } from '@/api/people';
import { bodyOf, draftOf, withCeiling, withRule } from './draft';
import { ageWords, inShort, libraryWords, previewWords, ruleWords } from './words';

const rule = (changes: Partial<Rule>): Rule => ({
  kind: 'tag',
  mode: 'exclude',
  ids: [1],
  restrict_empty: false,
  ...changes,
});

describe('a rule in words', () => {
  test.each([
    [rule({}), ['Horror'], 'Hides everything with the tag Horror, directly or through anything that carries it.'],
    [rule({ ids: [1, 2] }), ['Horror', 'Gore'], 'Hides everything with the tags Horror or Gore, directly'],
    [rule({ ids: [1, 2, 3, 4] }), ['a', 'b', 'c', 'd'], 'the tags a, b, c or d,'],
    [rule({ ids: [1, 2, 3, 4, 5, 6] }), ['a', 'b', 'c', 'd', 'e', 'f'], 'the tags a, b, c or 3 more,'],
    [rule({ ids: [1, 2, 3] }), [], 'one of 3 tags,'],
    [rule({ ids: [1, 2] }), ['a'], 'the tags a or 1 more,'],
    [rule({ kind: 'person', ids: [1, 2] }), ['Ada', 'Bob'], 'the people Ada or Bob,'],
    [rule({ ids: [] }), [], 'Until then this rule hides nothing.'],
    [rule({ mode: 'include' }), ['Kids'], 'shows only those with the tag Kids. What has no tag at all stays visible.'],
    [rule({ mode: 'include', restrict_empty: true }), ['Kids'], 'What has no tag at all is hidden, too.'],
    [rule({ mode: 'include', ids: [] }), [], 'Until then this rule hides everything.'],
  ])('%j', (given, names, words) => {
    expect(ruleWords(given, names)).toContain(words);
  });
});

test('ages, libraries and the whole are said, too', () => {
  expect(ageWords({ age_rating_max: null, unrated: 'hide' })).toBe('Age ratings hide nothing.');
  expect(ageWords({ age_rating_max: 12, unrated: 'hide' })).toBe(
    'Hides what is rated above 12, and what has no age rating.',
  );
  expect(ageWords({ age_rating_max: 12, unrated: 'show' })).toContain('stays visible');
  expect(libraryWords([])).toContain('hides everything');
  expect(libraryWords([3])).toContain('only the one library');
  expect(libraryWords([3, 4])).toContain('only the 2 libraries');
  expect(inShort({ rules: [], age_rating_max: null, libraries: null })).toBe('hides nothing');
  expect(inShort({ rules: [{}, {}], age_rating_max: 6, libraries: [1] })).toBe('2 rules, up to age 6, 1 library');
  const counted = { hidden_items: 1204, visible_items: 8796, hidden_by_rule: [] };
  expect(previewWords(counted, true)).toBe('This would hide 1,204 of 10,000 items');
  expect(previewWords({ ...counted, hidden_items: 0 }, false)).toBe('This hides none of 8,796 items');
});

describe('a draft', () => {
  test('goes back as it came', () => {
    const held = {
      rules: [rule({ ids: [4, 5] }), rule({ mode: 'include', restrict_empty: true })],
      age_rating_max: 0,
      unrated: 'show' as const,
      libraries: [],
    };
    expect(bodyOf(draftOf(held))).toEqual(held);
  });

  test('a rule is found again after others went', () => {
    const draft = draftOf({ rules: [rule({ ids: [1] }), rule({ ids: [2] })] });
    const [first, second] = draft.rules;
    const left = withRule(draft, first?.key ?? 0, null);
    expect(bodyOf(withRule(left, second?.key ?? 0, { ids: [9] })).rules.map(({ ids }) => ids)).toEqual([[9]]);
  });

  test('a ceiling hides what has no rating until one says otherwise', () => {
    expect(withCeiling(draftOf({ unrated: 'show' }), true)).toMatchObject({ age_rating_max: 12, unrated: 'hide' });
  });
});
